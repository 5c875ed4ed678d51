import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canonicalString,
  contentMd5,
  encodeForm,
  httpDate,
  type Method,
} from '../../../src/main/bitpro/sign.ts';
import { createSigner } from '../../../src/main/secrets/signer.ts';

type Vector = {
  name: string;
  secret: string;
  method: Method;
  uri: string;
  body: string;
  date: string;
  content_md5: string;
  signature: string;
};

const { vectors } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../vectors/signing.json'), 'utf8'),
) as { vectors: Vector[] };

describe('the signing vectors', () => {
  it.each(vectors)('$name', ({ secret, method, uri, body, date, content_md5, signature }) => {
    const params = Object.fromEntries(new URLSearchParams(body));
    const sent = encodeForm(params);
    expect(sent.toString()).toBe(body);
    expect(contentMd5(sent)).toBe(content_md5);
    expect(httpDate(Date.parse(date))).toBe(date);
    const canonical = canonicalString({ method, contentMd5: content_md5, uri, date });
    expect(createSigner(secret).sign(canonical)).toBe(signature);
  });
});

describe('encodeForm', () => {
  it('is ASCII that a form parser reads back to the same parameters', () => {
    const params = fc.dictionary(
      fc.string({ minLength: 1, unit: 'grapheme' }),
      fc.string({ unit: 'grapheme' }),
    );
    fc.assert(
      fc.property(params, (given) => {
        const bytes = encodeForm(given);
        expect(bytes.every((byte) => byte < 128)).toBe(true);
        expect([...new URLSearchParams(bytes.toString())]).toEqual(Object.entries(given));
      }),
    );
  });

  it('escapes like Ruby: a blank is +, a tilde is escaped, a star is not', () => {
    expect(encodeForm({ a: "b c~*'()!" }).toString()).toBe('a=b+c%7E*%27%28%29%21');
  });
});
