import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { findMisfit } from '../../../src/main/audit/fits.ts';
import { openRecords, type RecordsDb } from '../../../src/main/storage/open.ts';
import { saveClock } from '../../../src/main/storage/records/clock-repo.ts';
import { sealedTables, unsealedTables } from '../../../src/main/storage/records/seals.ts';
import {
  DESTINATION,
  guardsOf,
  openDesk,
  review,
  service,
  temporaryFolder,
  WITHDRAWAL,
  type Desk,
} from '../money/fixture.ts';

const limits = {
  maxWithdrawalSats: 50_000_000,
  maxDailySats: 60_000_000,
  addressBookOnly: true,
  coolingMs: 0,
  approvalAboveSats: 10_000_000,
};
const PASSPHRASE = 'correct horse battery';
const noClock = { guardedMs: 0, serverMs: 0, wallMs: 0, dates: [] };

/** Records with a row in every guarded table: a payment that went, one that is unknown and one that waits for its approval. */
async function desk(): Promise<{ desk: Desk; waiting: Awaited<ReturnType<typeof review>> }> {
  const answers = [
    async () => ({ kind: 'unknown', reason: 'The answer was lost.' }) as const,
    undefined,
  ];
  const client = service();
  const { withdraw } = client;
  client.withdraw = async (uid, payment) => {
    const outcome = await withdraw(uid, payment);
    return (await answers.pop()?.()) ?? outcome;
  };
  const opened = openDesk(client);
  const guards = guardsOf(opened);
  await guards.savePolicy({ policy: limits });
  await guards.addApprover({ name: 'Bea', newPassphrase: PASSPHRASE });
  await guards.addToBook({ address: DESTINATION, label: 'Cold wallet' });
  const { money } = opened;
  await money.confirm(await review(opened, { ...WITHDRAWAL, amountBtc: '0.05' }));
  await money.confirm(await review(opened, { ...WITHDRAWAL, amountBtc: '0.06' }));
  const waiting = await review(opened);
  await money.approve({
    id: waiting.id,
    reviewHash: waiting.reviewHash,
    approver: 'Bea',
    passphrase: PASSPHRASE,
  });
  return { desk: opened, waiting };
}

let content: Buffer | null = null;

/** As someone with the file and an editor, whom no trigger and no constraint holds back. */
function edit(path: string, change: (db: Database.Database) => void): void {
  const db = new Database(path);
  try {
    // Else each of some thousand statements would wait for the disk.
    db.pragma('synchronous = OFF');
    db.pragma('foreign_keys = OFF');
    db.pragma('ignore_check_constraints = ON');
    const triggers = db.prepare<[], string>(
      `SELECT name FROM sqlite_schema WHERE type = 'trigger'`,
    );
    const kept = db
      .prepare<[], string>(`SELECT sql FROM sqlite_schema WHERE type = 'trigger'`)
      .pluck()
      .all();
    for (const name of triggers.pluck().all()) db.exec(`DROP TRIGGER ${name}`);
    change(db);
    for (const sql of kept) db.exec(sql);
  } finally {
    db.close();
  }
}

function columnsOf(db: RecordsDb, table: string): { name: string; pk: number; type: string }[] {
  return db
    .prepare<[string], { name: string; pk: number; type: string }>(
      'SELECT name, pk, type FROM pragma_table_info(?)',
    )
    .all(table);
}

const other = (type: string): string =>
  type === 'TEXT' ? `'edited'` : type === 'BLOB' ? 'randomblob(32)' : '1234567';

test('every table of the records is guarded, or it is said why not', () => {
  const { records } = openDesk();
  const tables = records
    .prepare<[], string>(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`,
    )
    .pluck()
    .all();
  expect(tables.toSorted()).toEqual(
    [...Object.keys(sealedTables), ...Object.keys(unsealedTables)].toSorted(),
  );
});

test('every column of every guarded row is told: whatever is edited does not fit', async () => {
  const { desk: opened } = await desk();
  const { records, path } = opened;
  expect(findMisfit(records)).toBeNull();
  const tried: string[] = [];
  for (const table of Object.keys(sealedTables)) {
    const rows = Number(records.prepare(`SELECT count(*) FROM ${table}`).pluck().get());
    if (rows === 0) continue;
    for (const { name, type } of columnsOf(records, table)) {
      const row = `rowid = (SELECT rowid FROM ${table} LIMIT 1)`;
      const key = columnsOf(records, table).find(({ pk }) => pk > 0)?.name ?? 'rowid';
      const where = table === 'intents' ? row : `${key} = (SELECT ${key} FROM ${table} LIMIT 1)`;
      const before = records.prepare<[], Record<string, unknown>>(`SELECT * FROM ${table}`).all();
      edit(path, (db) => db.exec(`UPDATE ${table} SET ${name} = ${other(type)} WHERE ${where}`));
      expect(findMisfit(records), `${table}.${name}`).not.toBeNull();
      tried.push(`${table}.${name}`);
      edit(path, (db) => restore(db, table, before));
      expect(findMisfit(records), `${table}.${name} restored`).toBeNull();
    }
  }
  expect(tried).toEqual(
    expect.arrayContaining([
      'intents.amount_sats',
      'intents.state',
      'approvals.approver_key',
      'policy.max_daily_sats',
      'approvers.hash',
      'approvers.failures',
      'address_book.added_at_ms',
    ]),
  );
});

function restore(
  db: Database.Database,
  table: string,
  rows: readonly Record<string, unknown>[],
): void {
  db.exec(`DELETE FROM ${table}`);
  for (const row of rows) {
    const names = Object.keys(row);
    db.prepare(
      `INSERT INTO ${table} (${names.join()}) VALUES (${names.map((name) => `:${name}`).join()})`,
    ).run(row);
  }
}

test.each([
  ['a request that is deleted', `DELETE FROM intents WHERE seq = 1`],
  ['all of them', `DELETE FROM intents; DELETE FROM approvals`],
  ['the limits', 'DELETE FROM policy'],
  ['an approver', 'DELETE FROM approvers'],
  [
    'an approver put in',
    `INSERT INTO approvers VALUES ('eve', 'Eve', randomblob(16), randomblob(32), 32768, 1, 0, NULL)`,
  ],
  [
    'an address put in',
    `INSERT INTO address_book (address, label, network, added_at_ms) VALUES ('mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn', 'Cold', 'testnet', 0)`,
  ],
  ['a seal', `UPDATE seals SET digest = hex(zeroblob(32)) WHERE seq = 2`],
  ['seals cut off with the rows they are of', `DELETE FROM seals WHERE seq > 4`],
  ['entry 2 of the log', `UPDATE audit SET detail = '{}' WHERE seq = 2`],
  ['an entry taken out', `DELETE FROM audit WHERE seq = 3`],
  ['the log', 'DELETE FROM audit'],
  [
    'a payment set back to be sent again',
    `UPDATE intents SET state = 'journaled', attempts = 0, sent_at_ms = NULL, settled_at_ms = NULL, server_tid = NULL WHERE state = 'confirmed'`,
  ],
])('what is gone or put in does not fit either: %s', async (_what, sql) => {
  content ??= (await desk()).desk.records.serialize();
  const path = join(temporaryFolder(), 'records.db');
  writeFileSync(path, content);
  const records = openRecords(path);
  expect(findMisfit(records)).toBeNull();
  edit(path, (db) => db.exec(sql));
  expect(findMisfit(records)).toEqual(expect.any(String));
  records.close();
});

describe('right before sending', () => {
  test.each([
    ['its amount', `UPDATE intents SET amount_sats = amount_sats + 1 WHERE state = 'journaled'`],
    ['its reason', `UPDATE intents SET repeat_reason = 'so' WHERE state = 'journaled'`],
    ['its approval', `UPDATE approvals SET at_ms = at_ms + 1`],
    ['a limit', 'UPDATE policy SET max_daily_sats = NULL'],
    ['the cooling period', 'UPDATE policy SET cooling_ms = 1'],
    ['the age of an address', 'UPDATE address_book SET added_at_ms = 0'],
    ['a passphrase', 'UPDATE approvers SET hash = randomblob(32)'],
    ['another payment of the day', `UPDATE intents SET amount_sats = 1 WHERE state = 'confirmed'`],
    [
      'one that is unknown',
      `UPDATE intents SET state = 'cleared', settled_at_ms = 1 WHERE state = 'unknown'`,
    ],
    [
      'a seal',
      `UPDATE seals SET digest = hex(zeroblob(32)) WHERE seq = (SELECT max(seq) FROM seals)`,
    ],
    ['a trigger more', 'CREATE TRIGGER extra AFTER UPDATE ON intents BEGIN SELECT 1; END'],
  ])('%s was edited: nothing is sent', async (_what, sql) => {
    const { desk: opened, waiting } = await desk();
    const before = opened.client.posts.length;
    edit(opened.path, (db) => db.exec(sql));
    const sent = opened.money.confirm(waiting);
    // Some edits are met by another guard first; the point is that none passes.
    await expect(sent).rejects.toMatchObject({
      code: expect.stringMatching(
        /^(storage_damaged|review_changed|approval_needed|invalid_input)$/,
      ),
    });
    expect(opened.client.posts).toHaveLength(before);
    opened.records.close();
  });

  test('nothing was edited: it goes', async () => {
    const { desk: opened, waiting } = await desk();
    const before = opened.client.posts.length;
    await opened.money.confirm(waiting);
    expect(opened.client.posts).toHaveLength(before + 1);
  });
});

describe('what was edited under the running app gets no seal by what the app writes to it afterwards', () => {
  const writes: Record<string, (opened: Desk, waiting: string) => unknown> = {
    'the clock is kept': ({ records }) => saveClock(records, { ...noClock, guardedMs: 5 }),
    'an address is added': (opened) =>
      guardsOf(opened).addToBook({ address: 'mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn', label: 'Cold' }),
    'it is discarded': ({ money }, waiting) => money.discard(waiting),
  };
  test.each([
    ['the clock is kept', 'UPDATE policy SET max_daily_sats = NULL'],
    ['an address is added', 'UPDATE policy SET max_withdrawal_sats = NULL'],
    ['an address is added', 'UPDATE approvers SET hash = randomblob(32)'],
    ['it is discarded', `UPDATE intents SET amount_sats = 7000000 WHERE state = 'journaled'`],
  ])('%s after %s', async (write, sql) => {
    const { desk: opened, waiting } = await desk();
    edit(opened.path, (db) => db.exec(sql));
    await writes[write]?.(opened, waiting.id);
    expect(findMisfit(opened.records)).toEqual(expect.any(String));
    // What nobody else touched is sealed as ever.
    const more = review(opened, { ...WITHDRAWAL, amountBtc: '0.051' });
    await expect(more.then((each) => opened.money.confirm(each))).rejects.toMatchObject({
      code: 'storage_damaged',
    });
    opened.records.close();
  });
});

test('guarded rows are written in a transaction, so that they are sealed', () => {
  const { records } = openDesk();
  expect(() => records.exec(`DELETE FROM approvers`)).not.toThrow();
  expect(() =>
    records.exec(
      `INSERT INTO approvers VALUES ('eve', 'Eve', randomblob(16), randomblob(32), 32768, 1, 0, NULL)`,
    ),
  ).toThrow();
});

test('a transaction that is undone leaves no seal', () => {
  const { records, path } = openDesk();
  const insert = records.transaction(() => {
    records.exec(`INSERT INTO audit_x VALUES (1)`);
  });
  expect(insert).toThrow();
  expect(findMisfit(records)).toBeNull();
  const again = openRecords(path);
  expect(findMisfit(again)).toBeNull();
  again.close();
});
