import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
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
    ['\t=1', "'\t=1"],
    ['\r=1', '"\'\r=1"'],
    ['\0=1', "'\0=1"],
    ['\uFF1D1', "'\uFF1D1"],
    ['\uFF0B1', "'\uFF0B1"],
    ['\uFF0D1', "'\uFF0D1"],
    ['\uFF20A', "'\uFF20A"],
    ['=HYPERLINK("http://x","y")', '"\'=HYPERLINK(""http://x"",""y"")"'],
    ['a=b', 'a=b'],
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

describe('a row', () => {
  it('reads back as the same texts by a parser of RFC 4180, the guard aside', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.string({ unit: 'binary' }), { minLength: 3, maxLength: 3 })),
        (rows) => {
          const csv = rows.map((cells) => csvRow(cells.map(textCell))).join('');
          const guard = /^(?=[=+\-@\t\r\0\uFF1D\uFF0B\uFF0D\uFF20])/;
          expect(parse(csv, { record_delimiter: '\r\n' })).toEqual(
            rows.map((cells) => cells.map((text) => text.replace(guard, "'"))),
          );
        },
      ),
    );
  });
});
