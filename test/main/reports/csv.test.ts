import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { csvRow, numberCell, textCell } from '../../../src/main/reports/csv.ts';

describe('a cell of text', () => {
  it.each([
    ['plain', 'plain'],
    ['', ''],
    ['a,b', '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ['two\r\nlines', '"two\r\nlines"'],
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', `"'\t'=1"`],
    ['\r=1', `"'\r'=1"`],
    ['\tx', `"'\tx"`],
    ['\0=1', "'\uFFFD=1"],
    ['a\0b', 'a\uFFFDb'],
    ['\uFF1D1', "'\uFF1D1"],
    ['\uFF0B1', "'\uFF0B1"],
    ['\uFF0D1', "'\uFF0D1"],
    ['\uFF20A', "'\uFF20A"],
    ['=HYPERLINK("http://x","y")', '"\'=HYPERLINK(""http://x"",""y"")"'],
    ['a=b', 'a=b'],
    ['BT-C1', 'BT-C1'],
    ['x;y', '"x;y"'],
    ['x\ty', '"x\ty"'],
    ['x;=1+1;y', `"x;'=1+1;y"`],
    ['x|@SUM(A1)', `"x|'@SUM(A1)"`],
    ['x,-1', `"x,'-1"`],
    ['x; +1', `"x;' +1"`],
    ['x;"=1"', `"x;'""=1"""`],
    ['two\n=1', `"two\n'=1"`],
    ['  =1', "'  =1"],
    ['x;\uFF1D1', `"x;'\uFF1D1"`],
    ["'=1", "'=1"],
  ])('%j is written as %j', (text, cell) => {
    expect(textCell(text)).toBe(cell);
  });

  it('is empty where nothing is known, which is not 0', () => {
    expect([textCell(null), numberCell(null), numberCell(0), numberCell(-5)]).toEqual([
      '',
      '',
      '0',
      '-5',
    ]);
  });
});

/** What tempts a program: separators, quotes, beginnings of formulas; and the rest of Unicode. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(...Array.from(',;\t|\r\n"\' =+-@\0\uFF1Dx1')), maxLength: 12 }),
);
const anyRows = fc.array(fc.array(anyText, { minLength: 3, maxLength: 3 }), { minLength: 1 });
const cellsSchema = z.array(z.array(z.string()));
const csvOf = (rows: readonly string[][]) =>
  rows.map((cells) => csvRow(cells.map(textCell))).join('');

describe('a row', () => {
  it('reads back as the same texts by a parser of RFC 4180, guards and NUL aside', () => {
    const plain = (text: string) => text.replaceAll("'", '').replaceAll('\0', '\uFFFD');
    fc.assert(
      fc.property(anyRows, (rows) => {
        const read = z.parse(cellsSchema, parse(csvOf(rows), { record_delimiter: '\r\n' }));
        expect(read.map((cells) => cells.map(plain))).toEqual(
          rows.map((cells) => cells.map(plain)),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('is a formula in no cell, whatever a program splits it at, with and without its quotes', () => {
    const formula = /^[ "]*[=+\-@\0\uFF1D\uFF0B\uFF0D\uFF20]/;
    fc.assert(
      fc.property(anyRows, fc.constantFrom(',', ';', '\t', '|'), (rows, separator) => {
        const csv = csvOf(rows);
        expect(csv).not.toContain('\0');
        const careless = csv.split(/[\r\n]+/).flatMap((line) => line.split(separator));
        expect(careless.filter((cell) => formula.test(cell))).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });
});
