import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readImport } from '../../../src/main/clients/import-uids.ts';
import { decodeText, detectEncoding } from '../../../src/renderer/lib/decode-text.ts';

const none = new Set<string>();
const importable = async (csv: string) =>
  (await readImport(csv, none)).map(({ uid, label }) => [uid, label]);

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
    [
      'numbered lines without a header',
      '1,BT-C1,Alpha\n2,BT-C2,7',
      [
        ['BT-C1', 'Alpha'],
        ['BT-C2', '7'],
      ],
    ],
    ['numbers for labels', '1,BT-C1', [['BT-C1', '1']]],
    ['a header without labels', 'uid\nBT-C1', [['BT-C1', '']]],
  ])('takes %s', async (_name, csv, expected) => {
    expect(await importable(csv)).toEqual(expected);
    expect((await readImport(csv, none)).every(({ problem }) => problem === null)).toBe(true);
  });

  it('names the line and the problem of each that cannot be imported', async () => {
    const csv = `uid,label\nBT-C1,ok\nBT C2,\n\nBT-C1,again\nBT-C9,\n,lost\nBT-C3,${'x'.repeat(81)}`;
    const lines = await readImport(csv, new Set(['BT-C9']));
    expect(lines.map(({ line, problem }) => [line, problem])).toEqual([
      [2, null],
      [3, expect.stringContaining('Not a uid')],
      [5, 'Already on line 2 of this file.'],
      [6, 'Already in the list of clients.'],
      [7, 'No uid on this line.'],
      [8, expect.stringContaining('80 characters')],
    ]);
  });

  it.each(['', '\n\n', 'uid,label\n', 'Clients\n\nuid;label\n'])(
    'says when there is nothing to import: %j',
    async (csv) => {
      await expect(readImport(csv, none)).rejects.toThrow('holds no client uids');
    },
  );

  it('takes a uid again whose first line could not be imported', async () => {
    const lines = await readImport(`BT-C1,${'x'.repeat(81)}\nBT-C1,Alpha`, none);
    expect(lines.map(({ problem }) => problem === null)).toEqual([false, true]);
  });

  it('names the line of a quote that nothing closes, and reads the rest', async () => {
    const says = 'A quote is opened on this line and not closed.';
    expect(await readImport('BT-C1,"open\nBT-C2,Beta', none)).toEqual([
      { line: 1, uid: 'BT-C1,"open', label: '', problem: says },
      { line: 2, uid: 'BT-C2', label: 'Beta', problem: null },
    ]);
    // Closed by the quote of another line, it would swallow what lies between.
    const swallowed = 'BT-C1,"open\nBT-C2,Beta\nBT-C3,"Gamma"\nBT-C4,Delta';
    const lines = await readImport(swallowed, none);
    expect(lines.map(({ line, problem }) => [line, problem])).toEqual([
      [1, says],
      [2, null],
      [3, null],
      [4, null],
    ]);
  });

  it('counts lines right over many blocks, breaks in quotes and quotes that nothing closes', async () => {
    const file: string[] = ['uid,label'];
    const expected: [number, boolean][] = [];
    for (let client = 1; client <= 3000; client += 1) {
      expected.push([file.length + 1, client % 97 !== 0]);
      if (client % 97 === 0) file.push(`BT-C${client},"open ${client}`);
      else if (client % 7 === 0) file.push(`BT-C${client},"two`, `lines ${client}"`);
      else file.push(`BT-C${client},label ${client}`);
      if (client % 50 === 0) file.push('');
    }
    for (const end of ['\n', '\r\n', '\r']) {
      const lines = await readImport(file.join(end), none);
      expect(lines.map(({ line, problem }) => [line, problem === null])).toEqual(expected);
    }
  });
});

/** Files as spreadsheets and people write them, and what a person reads in them. */
const folder = join(import.meta.dirname, 'fixtures/uid-import');
const read = async (name: string) => {
  const bytes = readFileSync(join(folder, name));
  return readImport(decodeText(bytes, detectEncoding(bytes)), none);
};

describe('a file', () => {
  it.each([
    ['05-excel-unicode-text.txt', [[2, 'BT-C100001', 'Müller']]],
    [
      '06-windows-1252.csv',
      [
        [2, 'BT-C100001', 'Müller & Söhne'],
        [3, 'BT-C100002', 'Café “Zürich” – 5 €'],
      ],
    ],
    ['08-sep-line.csv', [[3, 'BT-C100001', 'Aster']]],
    ['09-blank-first-line-semicolon.csv', [[3, 'BT-C100001', 'Aster']]],
    [
      '10-semicolon-in-first-label.csv',
      [
        [1, 'BT-C100001', 'Smith; Jones Ltd'],
        [2, 'BT-C100002', 'Birch'],
      ],
    ],
    [
      '11-semicolon-in-first-label-unquoted.csv',
      [
        [1, 'BT-C100001', 'Smith; Jones Ltd'],
        [2, 'BT-C100002', 'Birch'],
      ],
    ],
    [
      '12-quoted-newline.csv',
      [
        [2, 'BT-C100001', 'Aster Books'],
        [4, 'BT-C100002', 'Birch'],
      ],
    ],
    [
      '13-stray-quote.csv',
      [
        [2, 'BT-C100001', '27" Displays GmbH'],
        [3, 'BT-C100002', 'Birch'],
      ],
    ],
    ['22-title-lines.csv', [[4, 'BT-C100001', 'Aster']]],
  ])('%s gives what a person reads in it', async (name, expected) => {
    const lines = await read(name);
    expect(lines.map(({ line, uid, label }) => [line, uid, label])).toEqual(expected);
    expect(lines.every(({ problem }) => problem === null)).toBe(true);
  });

  it('20-bidi-zw.csv gives three refusals by the name of the character', async () => {
    expect((await read('20-bidi-zw.csv')).map(({ line, problem }) => [line, problem])).toEqual([
      [2, 'The uid holds a character that cannot be seen: zero width space (U+200B). Remove it.'],
      [3, expect.stringContaining('right-to-left override (U+202E)')],
      [4, expect.stringContaining('zero width space (U+200B)')],
    ]);
  });

  const two = [
    ['BT-C1', 'Aster'],
    ['BT-C2', 'Birch'],
  ];
  it.each([
    ['a header in the second column, tabs', 'Name\tUID\nAster\tBT-C1', two.slice(0, 1)],
    ['labels before the uids and no header', 'Aster;BT-C1\nBirch;BT-C2', two],
    ['labels before the uids after sep=', 'sep=|\nAster|BT-C1\nBirch|BT-C2', two],
    ['pipes', 'BT-C1|Aster\nBT-C2|Birch', two],
    ['commas in the labels', 'BT-C1;Aster, Ltd\nBT-C2;Birch', [['BT-C1', 'Aster, Ltd'], two[1]]],
    ['a comma without quotes', 'BT-C1,Aster, Ltd\nBT-C2,Birch', [['BT-C1', 'Aster, Ltd'], two[1]]],
    ['a quoted sep= and tabs', '"sep=\t"\nuid\tlabel\nBT-C1\tAster', two.slice(0, 1)],
    ['sep= against the look of it', 'sep=;\nBT-C1;a,b', [['BT-C1', 'a,b']]],
    [
      'titles in cells',
      'Clients;;\nas of;2026-11-27;\n\nUID;Label;\nBT-C1;Aster;',
      two.slice(0, 1),
    ],
    ['a column named client beside the uid', 'Client,UID\nAster,BT-C1', two.slice(0, 1)],
    ['text marked for spreadsheets', 'uid;label\n"=""BT-C1""";Aster', two.slice(0, 1)],
    ['spaces around quotes', 'BT-C1 , "Aster"\n"BT-C2" ,"Birch" ', two],
    ['doubled quotes', 'BT-C1,"27"" Displays"', [['BT-C1', '27" Displays']]],
    [
      'a separator in the second line of a quoted label',
      'BT-C1;"Aster\nHaus4; 2nd floor"\nBT-C2;Birch',
      [['BT-C1', 'Aster Haus4; 2nd floor'], two[1]],
    ],
    ['decomposed letters', 'BT-C1,Mu\u0308ller', [['BT-C1', 'M\u00FCller']]],
    [
      'two unfinished quotes inside labels',
      'BT-C1,27" A\nBT-C2,19" B',
      [
        ['BT-C1', '27" A'],
        ['BT-C2', '19" B'],
      ],
    ],
  ])('with %s is read', async (_what, csv, expected) => {
    const lines = await readImport(csv, none);
    expect(lines.map(({ problem }) => problem)).toEqual(expected.map(() => null));
    expect(lines.map(({ uid, label }) => [uid, label])).toEqual(expected);
  });

  it.each([
    ['a title of one word', 'Clients\nBT-C1,Aster\nBT-C2,Birch', 1],
    ['a total below a header', 'uid,label\nBT-C1,Aster\nBT-C2,Birch\nTotal,2', 4],
    ['a header in another language', 'Kunde;Name\nBT-C1;Aster\nBT-C2;Birch', 1],
  ])('with %s gives no client of that name', async (_what, csv, line) => {
    const lines = await readImport(csv, none);
    expect(lines.filter(({ problem }) => problem !== null)).toEqual([
      expect.objectContaining({
        line,
        problem: 'This looks like a title or a total, not like a uid.',
      }),
    ]);
    expect(lines).toHaveLength(3);
  });

  it.each(['utf-16le', 'utf-16be'] as const)('in %s is told by its first letter', async (name) => {
    const bytes = Buffer.from('uid,label\r\nBT-C1,Äster', 'utf16le');
    if (name === 'utf-16be') bytes.swap16();
    expect(detectEncoding(bytes)).toBe(name);
    expect(await importable(decodeText(bytes, name))).toEqual([['BT-C1', 'Äster']]);
  });

  it('in the wrong encoding lets no stand-in character through', async () => {
    const bytes = readFileSync(join(folder, '06-windows-1252.csv'));
    const lines = await readImport(decodeText(bytes, 'utf-8'), none);
    expect(lines.map(({ problem }) => problem)).toEqual([
      expect.stringContaining('could not be read (U+FFFD)'),
      expect.stringContaining('could not be read (U+FFFD)'),
    ]);
  });
});

describe('any bytes', () => {
  const words = [
    'BT-C1',
    'BT-C22',
    'uid',
    'label',
    'sep=;',
    'Müller',
    '=',
    ',',
    ';',
    '\t',
    '|',
    '"',
  ];
  const odd = ['""', '\n', '\r\n', '\r', ' ', '\uFEFF', '\u200B', '\u202E', '\0', '\uD83D'];
  const anyText = fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((bytes) => decodeText(bytes, detectEncoding(bytes))),
    fc.array(fc.constantFrom(...words, ...odd), { maxLength: 60 }).map((parts) => parts.join('')),
  );

  it('end in a preview or in a message, and what can be imported stands in the file', async () => {
    await fc.assert(
      fc.asyncProperty(anyText, async (text) => {
        const lines = await readImport(text, none).catch((error: unknown) => {
          expect(error).toMatchObject({ name: 'AppError', code: 'invalid_input' });
          return [];
        });
        const composed = text.normalize('NFC');
        const written = composed.split(/\r\n?|\n/);
        for (const { line, uid, label, problem } of lines) {
          expect(line).toBeGreaterThan(0);
          expect(line).toBeLessThanOrEqual(written.length);
          if (problem !== null) continue;
          expect(written[line - 1]).toContain(uid);
          expect(label).not.toMatch(/[\0\u202E\u200B\uFFFD\n\r]/);
          for (const word of label.split(/[\s",;|]+/)) expect(composed).toContain(word);
        }
        const uids = lines.flatMap(({ uid, problem }) => (problem === null ? [uid] : []));
        expect(new Set(uids).size).toBe(uids.length);
      }),
      { numRuns: 2000 },
    );
  });
});

it.each([',', '"', 'x', 'e\u0301', '"BT-C1",'])(
  'refuses a line of megabytes of %j by its number',
  async (text) => {
    const csv = `uid,label\nBT-C1,${text.repeat(100_000)}`;
    await expect(readImport(csv, none)).rejects.toThrow('near line 2.');
  },
);

it('lets others in between over 5 MB, whatever is in it', async () => {
  const clients = Array.from(
    { length: 90_000 },
    (_, index) => `BT-C${index},"Client, no. ${index}"`,
  );
  const files = [
    clients.join('\n'),
    'BT-C1,"a\n'.repeat(500_000),
    `${'x'.repeat(999)}\n`.repeat(5000),
  ];
  for (const csv of files) {
    let turns = 0;
    const count = setInterval(() => (turns += 1), 1);
    await readImport(csv.slice(0, 5_000_000), none).catch(() => []);
    clearInterval(count);
    expect(turns).toBeGreaterThan(3);
  }
});
