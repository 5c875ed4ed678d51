import { describe, expect, it } from 'vitest';
import { readImport } from '../../../src/main/clients/import-uids.ts';

const none = new Set<string>();
const importable = (csv: string) => readImport(csv, none).map(({ uid, label }) => [uid, label]);

describe('reading a list of client uids', () => {
  it.each([
    [
      'uids alone',
      'BT-C1\nBT-C2\n',
      [
        ['BT-C1', ''],
        ['BT-C2', ''],
      ],
    ],
    [
      'labels, CRLF',
      'BT-C1,Alpha\r\nBT-C2,Beta\r\n',
      [
        ['BT-C1', 'Alpha'],
        ['BT-C2', 'Beta'],
      ],
    ],
    ['a header', 'uid,label\nBT-C1,Alpha', [['BT-C1', 'Alpha']]],
    ['columns in another order', 'Label;x;Client UID\nAlpha;9;BT-C1', [['BT-C1', 'Alpha']]],
    ['semicolons', 'BT-C1;Alpha, Inc.', [['BT-C1', 'Alpha, Inc.']]],
    ['a byte order mark', '\uFEFFuid,label\nBT-C1,Alpha', [['BT-C1', 'Alpha']]],
    ['quotes and a line break', 'BT-C1,"Al ""the"" pha\nLtd"', [['BT-C1', 'Al "the" pha Ltd']]],
    ['blank lines and spaces', '\n BT-C1 , Alpha \n\n,\n', [['BT-C1', 'Alpha']]],
    ['a header without labels', 'uid\nBT-C1', [['BT-C1', '']]],
  ])('takes %s', (_name, csv, expected) => {
    expect(importable(csv)).toEqual(expected);
    expect(readImport(csv, none).every(({ problem }) => problem === null)).toBe(true);
  });

  it('names the line and the problem of each that cannot be imported', () => {
    const csv = `uid,label\nBT-C1,ok\nBT C2,\n\nBT-C1,again\nBT-C9,\n,lost\nBT-C3,${'x'.repeat(81)}`;
    expect(readImport(csv, new Set(['BT-C9'])).map(({ line, problem }) => [line, problem])).toEqual(
      [
        [2, null],
        [3, expect.stringContaining('Not a uid')],
        [5, 'Already on line 2 of this file.'],
        [6, 'Already in the list of clients.'],
        [7, 'No uid on this line.'],
        [8, expect.stringContaining('80 characters')],
      ],
    );
  });

  it.each(['', '\n\n', 'uid,label\n'])('says when there is nothing to import: %j', (csv) => {
    expect(() => readImport(csv, none)).toThrow('holds no client uids');
  });

  it('says when the text is no CSV', () => {
    expect(() => readImport('BT-C1,"open\nBT-C2', none)).toThrow('This is not a CSV file');
  });
});
