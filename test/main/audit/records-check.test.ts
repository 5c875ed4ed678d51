import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { appendAudit } from '../../../src/main/audit/chain.ts';
import { findMisfit } from '../../../src/main/audit/fits.ts';
import { startRecordsCheck } from '../../../src/main/audit/records-check.ts';
import { openRecords } from '../../../src/main/storage/open.ts';
import { openRecordsOrSalvage } from '../../../src/main/storage/salvage.ts';
import { temporaryFolder } from '../money/fixture.ts';

/** Records with so many entries, closed. */
function recordsWith(entries: number): { recordsPath: string; cachePath: string } {
  const folder = temporaryFolder();
  const recordsPath = join(folder, 'records.sqlite');
  const records = openRecords(recordsPath);
  records.transaction(() => {
    for (let at = 1; at <= entries; at += 1) {
      const note = { atMs: at, actor: 'alice', action: 'client.labelled', subject: `c${at}` };
      appendAudit(records, { ...note, detail: {} });
    }
  })();
  records.close();
  return { recordsPath, cachePath: join(folder, 'cache.sqlite') };
}

function editEntry(path: string, seq: number): void {
  const db = new Database(path);
  db.exec('DROP TRIGGER audit_is_not_changed');
  db.prepare(`UPDATE audit SET actor = 'eve' WHERE seq = ?`).run(seq);
  db.exec(
    `CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
     BEGIN SELECT RAISE(ABORT, 'audit: entries are never changed'); END;`,
  );
  db.close();
}

test.each([
  ['a short log', 100],
  ['the first entry of one', 100, 1],
])('%s is held against its rows before anything is written', (_what, entries, seq = 50) => {
  const paths = recordsWith(entries);
  editEntry(paths.recordsPath, seq);
  const { records, damage } = openRecordsOrSalvage(paths, { findMisfit });
  expect(damage).toMatchObject({
    misfit: expect.stringContaining(`Entry ${seq} of its audit log`),
  });
  expect(records.isWritable).toBe(false);
  records.close();
});

test('a long log is checked in a thread, and its records are held until then', async () => {
  const paths = recordsWith(2000);
  editEntry(paths.recordsPath, 3);
  const { records, damage } = openRecordsOrSalvage(paths, { findMisfit });
  expect(damage).toBeNull();
  expect(records.isWritable).toBe(false);
  const check = startRecordsCheck(records);
  await expect(check.verdict).rejects.toMatchObject({
    code: 'storage_damaged',
    message: expect.stringContaining('Entry 3 of its audit log'),
  });
  await check.ended;
  records.close();
});

test('whole records pass the check in a thread while they are open, as each day', async () => {
  const { recordsPath } = recordsWith(2000);
  const records = openRecords(recordsPath);
  const check = startRecordsCheck(records);
  await check.verdict;
  await check.ended;
  editEntry(recordsPath, 1999);
  const again = startRecordsCheck(records);
  await expect(again.verdict).rejects.toMatchObject({ code: 'storage_damaged' });
  await again.ended;
  records.close();
});
