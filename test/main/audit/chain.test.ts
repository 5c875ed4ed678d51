import { createHash } from 'node:crypto';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AuditEntry } from '#shared/domain/audit.ts';
import { appendAudit, verifyChain } from '../../../src/main/audit/chain.ts';
import { openRecords, type RecordsDb } from '../../../src/main/storage/open.ts';
import { endsAsWritten } from '../../../src/main/storage/records/audit-repo.ts';
import { temporaryFolder } from '../money/fixture.ts';

const columns = ['at_ms', 'actor', 'action', 'subject', 'detail', 'prev_hash', 'hash'] as const;

function log(entries: number): RecordsDb {
  const db = openRecords(join(temporaryFolder(), 'records.db'));
  db.transaction(() => {
    for (let at = 1; at <= entries; at += 1) {
      const note = { atMs: at, actor: 'alice', action: 'intent.sent', subject: `i${at}` };
      appendAudit(db, { ...note, detail: { tid: '1', amountSats: at, reason: 'Ünklar “so”' } });
    }
  })();
  return db;
}

function entry(db: RecordsDb, seq: number): AuditEntry {
  const row = db
    .prepare<[number], AuditEntry>(
      'SELECT *, at_ms AS atMs, prev_hash AS prevHash FROM audit WHERE seq = ?',
    )
    .get(seq);
  if (!row) throw new Error('no entry');
  return row;
}

/** The hash of an entry with nothing of src. */
function recipe({ action, actor, atMs, detail, prevHash, seq, subject }: AuditEntry): string {
  const text = JSON.stringify({ action, actor, atMs, detail, prevHash, seq, subject });
  return createHash('sha256').update(text).digest('hex');
}

/** What someone with the file and an editor can do, who is not held back by triggers. */
function tamper(db: RecordsDb, sql: string, ...values: (string | number)[]): void {
  for (const name of ['extends_the_chain', 'is_not_changed', 'is_not_deleted']) {
    db.exec(`DROP TRIGGER IF EXISTS audit_${name}`);
  }
  db.pragma('ignore_check_constraints = ON');
  db.prepare(sql).run(...values);
}

test('an empty and a grown log verify', () => {
  expect(verifyChain(log(0))).toEqual({ ok: true, entries: 0, firstBadSeq: null });
  expect(verifyChain(log(5))).toEqual({ ok: true, entries: 5, firstBadSeq: null });
  expect([0, 5].map((entries) => endsAsWritten(log(entries)))).toEqual([true, true]);
});

test('anyone can recompute a hash: SHA-256 over the JSON of the other fields by name', () => {
  const db = log(2);
  const row = entry(db, 2);
  expect(row.detail).toBe('{"amountSats":2,"reason":"Ünklar “so”","tid":"1"}');
  expect(row.hash).toBe(recipe(row));
});

test('any change of any field of any entry is found at that entry', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 6 }),
      fc.constantFrom(...columns),
      fc.nat(),
      fc.integer({ min: 1, max: 127 }),
      (seq, column, position, flip) => {
        const db = log(6);
        const value = db
          .prepare<[number], string | number>(`SELECT ${column} FROM audit WHERE seq = ?`)
          .pluck()
          .get(seq);
        if (value === undefined) throw new Error('no entry');
        const bytes = Buffer.from(String(value), 'latin1');
        const at = position % bytes.length;
        bytes[at] = (bytes[at] ?? 0) ^ flip;
        const changed = typeof value === 'number' ? value + flip : bytes.toString('latin1');
        tamper(db, `UPDATE audit SET ${column} = ? WHERE seq = ?`, changed, seq);
        expect(verifyChain(db)).toMatchObject({ ok: false, firstBadSeq: seq });
        db.close();
      },
    ),
    { numRuns: 60 },
  );
});

test('an entry taken out or put in is found', () => {
  const without = log(5);
  tamper(without, 'DELETE FROM audit WHERE seq = 3');
  expect(verifyChain(without)).toMatchObject({ ok: false, firstBadSeq: 4 });

  const beheaded = log(5);
  tamper(beheaded, 'DELETE FROM audit WHERE seq = 1');
  expect(verifyChain(beheaded)).toMatchObject({ ok: false, firstBadSeq: 2 });

  const longer = log(2);
  tamper(
    longer,
    `INSERT INTO audit SELECT 3, at_ms, actor, action, subject, detail, hash, hash FROM audit WHERE seq = 2`,
  );
  expect(verifyChain(longer)).toMatchObject({ ok: false, firstBadSeq: 3 });
});

test('an entry rewritten with a hash that fits it is found at the next one', () => {
  const db = log(4);
  const hash = recipe({ ...entry(db, 2), actor: 'mallory' });
  tamper(db, `UPDATE audit SET actor = 'mallory', hash = ? WHERE seq = 2`, hash);
  expect(verifyChain(db)).toEqual({ ok: false, entries: 3, firstBadSeq: 3 });
});

test('an entry belongs into the transaction of what it is about', () => {
  const db = log(1);
  const note = { atMs: 1, actor: 'a', action: 'b.c', subject: '', detail: {} };
  expect(() => appendAudit(db, note)).toThrow('transaction');
  expect(() =>
    db.transaction(() => {
      appendAudit(db, note);
      throw new Error('undone');
    })(),
  ).toThrow('undone');
  expect(verifyChain(db).entries).toBe(1);
});

test.each([1, 2, 5])(
  '%i entries cut off at the end are missed, by the whole check and at start',
  (cut) => {
    const db = log(5);
    tamper(db, `DELETE FROM audit WHERE seq > ${5 - cut}`);
    expect(verifyChain(db)).toEqual({ ok: false, entries: 5 - cut, firstBadSeq: 6 - cut });
    expect(endsAsWritten(db)).toBe(false);
  },
);

test('an end that was cut off and written anew is found', () => {
  const db = log(3);
  db.exec('DROP TRIGGER audit_moves_its_head');
  tamper(db, 'DELETE FROM audit WHERE seq = 3');
  db.transaction(() =>
    appendAudit(db, { atMs: 3, actor: 'mallory', action: 'intent.sent', subject: '', detail: {} }),
  )();
  expect(verifyChain(db)).toEqual({ ok: false, entries: 3, firstBadSeq: 3 });
  expect(endsAsWritten(db)).toBe(false);
});

test.each([
  ['back', `UPDATE audit_head SET entries = 2, last_hash = (SELECT hash FROM audit WHERE seq = 2)`],
  ['ahead', `UPDATE audit_head SET entries = 4`],
  ['aside', `UPDATE audit_head SET last_hash = (SELECT hash FROM audit WHERE seq = 2)`],
  ['away', 'DELETE FROM audit_head'],
  ['under another', `INSERT OR REPLACE INTO audit_head VALUES (1, 0, printf('%064d', 0))`],
  ['beside another', `INSERT INTO audit_head VALUES (2, 0, printf('%064d', 0))`],
])('the head cannot be put %s', (_, sql) => {
  const db = log(3);
  expect(() => db.exec(sql)).toThrow(/audit_head|constraint/);
  expect(verifyChain(db).ok).toBe(true);
  expect(endsAsWritten(db)).toBe(true);
});
