import { describe, expect, it } from 'vitest';
import { describeErrors, readErrorBody, toPlainText } from '../../../src/main/bitpro/error-body.ts';

const read = (errors: unknown) => {
  const body = readErrorBody(Buffer.from(JSON.stringify({ errors })), 'application/json');
  return body.kind === 'errors' ? describeErrors(body.errors) : body.kind;
};

const tooMuch = "The amount is more than the client's confirmed balance.";

describe('the shapes of `errors`', () => {
  it.each<[string, unknown, string]>([
    ['a text', 'Amount is greater than your available balance', tooMuch],
    [
      'a text in another case, with a stop',
      'amount is greater than your available balance.',
      tooMuch,
    ],
    ['a list', ['Amount is greater than your available balance'], tooMuch],
    [
      'an object of field and list',
      { amount: ['is greater than your available balance'] },
      tooMuch,
    ],
    ['an object of field and text', { amount: 'is greater than your available balance' }, tooMuch],
    [
      'an object whose texts are whole',
      { amount: ['Amount is greater than your available balance'] },
      tooMuch,
    ],
    [
      'another minimum',
      'Amount should not be smaller than 0.01 BTC',
      'Bitpro sends no less than 0.01 BTC.',
    ],
    ['an unknown text', 'Compliance hold', 'Bitpro answered: \u201cCompliance hold\u201d'],
    [
      'an unknown field',
      { first_name: ['is odd'] },
      'Bitpro answered: \u201cFirst name is odd\u201d',
    ],
    ['a base error', { base: ['Closed'] }, 'Bitpro answered: \u201cClosed\u201d'],
    [
      'known and unknown',
      ['Not found', 'Odd'],
      'Bitpro knows no such client or transaction for this merchant. Check the id. Bitpro answered: \u201cOdd\u201d',
    ],
    ['an empty text', ' ', 'empty'],
    ['an empty list', [], 'empty'],
    ['an empty object', {}, 'empty'],
    ['null', null, 'empty'],
    ['numbers', [1, [2]], 'empty'],
  ])('%s', (_name, errors, expected) => {
    expect(read(errors)).toBe(expected);
  });

  it.each([
    ['', 'application/json', 'empty'],
    ['<!doctype html><p>Not found', 'application/json', 'html'],
    ['{"errors":"Not found"}', 'text/html; charset=utf-8', 'html'],
    ['Not found', 'text/plain', 'other'],
    ['{"error":"Not found"}', 'application/json', 'other'],
    ['"Not found"', 'application/json', 'other'],
    ['['.repeat(400_000), 'application/json', 'other'],
  ])('a body that is none: %.20s as %s', (body, contentType, kind) => {
    expect(readErrorBody(Buffer.from(body), contentType).kind).toBe(kind);
  });
});

describe('toPlainText', () => {
  it('leaves nothing that could pass for anything but text', () => {
    expect(toPlainText(' a\r\n\tb\u0000\u001b[31m\u202Ec\u200B ')).toBe('a b[31mc');
    expect(Array.from(toPlainText('\u{1F4B0}'.repeat(500)))).toHaveLength(200);
  });
});
