import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { isTraced, traceStatements } from '../../../src/main/storage/trace.ts';

function traced(slowMs: number): { db: Database.Database; lines: string[] } {
  const db = new Database(':memory:');
  onTestFinished(() => void db.close());
  const lines: string[] = [];
  traceStatements(db, { slowMs, print: (line) => lines.push(line) });
  return { db, lines };
}

test('prints each statement on one line with its time, and nothing that is bound to it', () => {
  const { db, lines } = traced(0);
  db.exec('CREATE TABLE notes\n  (note TEXT) STRICT');
  const statement = db.prepare('INSERT INTO notes VALUES (?)');
  statement.run('between us');
  expect(db.prepare('SELECT note FROM notes').pluck().all()).toEqual(['between us']);
  expect(db.prepare('SELECT note FROM notes').pluck().get()).toBe('between us');
  expect(lines.map((line) => line.replace(/ +\d+\.\d ms/, ' T'))).toEqual([
    'sql T  CREATE TABLE notes (note TEXT) STRICT\n',
    'sql T  INSERT INTO notes VALUES (?)\n',
    'sql T  SELECT note FROM notes\n',
    'sql T  SELECT note FROM notes\n',
  ]);
});

test('says nothing of what is quick, and throws what SQLite throws', () => {
  const { db, lines } = traced(60_000);
  expect(() => db.exec('no SQL')).toThrow('syntax error');
  expect(db.prepare('SELECT 1').pluck().get()).toBe(1);
  expect(lines).toEqual([]);
});

test.each([
  ['ipc,sql', true],
  ['ipc', false],
  ['', false],
])('BITPRO_TRACE=%s', (value, expected) => {
  const before = process.env['BITPRO_TRACE'];
  onTestFinished(() => {
    if (before === undefined) delete process.env['BITPRO_TRACE'];
    else process.env['BITPRO_TRACE'] = before;
  });
  process.env['BITPRO_TRACE'] = value;
  expect(isTraced('sql')).toBe(expected);
});
