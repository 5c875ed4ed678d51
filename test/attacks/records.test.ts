import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { defaultGuardPolicy } from '#shared/domain/guards.ts';
import { attack, newFolder, openDesk, PAYEE, OTHER_PAYEE } from './attacked-desk.ts';
const files = ['records.sqlite', 'records.sqlite-wal', 'records.sqlite-shm'];

/** The folder of the one own profile. */
function profileFolder(userData: string): string {
  const folder = join(userData, 'profiles');
  const [id = ''] = readdirSync(folder).filter((name) => name !== 'practice');
  return join(folder, id);
}

function keepRecords(userData: string): string {
  const kept = newFolder();
  const folder = profileFolder(userData);
  for (const file of readdirSync(folder))
    if (files.includes(file)) cpSync(join(folder, file), join(kept, file));
  return kept;
}

function putBack(kept: string, userData: string): void {
  const folder = profileFolder(userData);
  for (const file of files) rmSync(join(folder, file), { force: true });
  for (const file of readdirSync(kept)) cpSync(join(kept, file), join(folder, file));
}

test('records put back from an older copy send nothing once more', async () => {
  const { server, account, desk } = await attack();
  const review = await desk.prepare(account, '0.25');
  await desk.quit();
  const kept = keepRecords(desk.userData);
  const second = await openDesk(server, desk.userData);
  expect(
    await second.confirm(await second.ask('intents.review', { id: review.intent.id })),
  ).toMatchObject({ ok: true });
  await second.quit();
  putBack(kept, desk.userData);
  const third = await openDesk(server, desk.userData);
  const drawn = await third.result('intents.review', { id: review.intent.id });
  if (drawn.ok) expect((await third.confirm(drawn.value)).ok).toBe(false);
  expect(server.posts).toHaveLength(1);
  const again = await third.result('intents.prepare', third.withdrawal(account, '0.25'));
  if (again.ok) expect((await third.confirm(again.value)).ok).toBe(false);
  expect(server.posts).toHaveLength(1);
});

test('a data folder on a second machine sends nothing once more', async () => {
  const { server, account, desk } = await attack();
  const review = await desk.prepare(account, '0.25');
  await desk.quit();
  const elsewhere = newFolder();
  cpSync(desk.userData, elsewhere, { recursive: true });
  const second = await openDesk(server, desk.userData);
  expect(
    await second.confirm(await second.ask('intents.review', { id: review.intent.id })),
  ).toMatchObject({ ok: true });
  await second.quit();
  const third = await openDesk(server, elsewhere);
  const drawn = await third.result('intents.review', { id: review.intent.id });
  if (drawn.ok) expect((await third.confirm(drawn.value)).ok).toBe(false);
  expect(server.posts).toHaveLength(1);
});

/** Changes the records as somebody with the file and a tool for it would. */
function edit(userData: string, sql: string): void {
  const db = new Database(join(profileFolder(userData), 'records.sqlite'));
  try {
    db.pragma('ignore_check_constraints = ON');
    db.pragma('foreign_keys = OFF');
    const triggers = db
      .prepare<[], { name: string; sql: string }>(
        `SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'`,
      )
      .all();
    for (const { name } of triggers) db.exec(`DROP TRIGGER "${name}"`);
    db.exec(sql);
    for (const trigger of triggers) db.exec(trigger.sql);
    db.pragma('wal_checkpoint(TRUNCATE)');
  } finally {
    db.close();
  }
}

const edits: [string, string][] = [
  [
    'a confirmed request is set back',
    `UPDATE intents SET state = 'journaled', attempts = 0, sent_at_ms = NULL, settled_at_ms = NULL, server_tid = NULL, received_sats = NULL, server_tx_id = NULL, server_state = NULL`,
  ],
  ['a confirmed request is gone', `DELETE FROM intents WHERE state = 'confirmed'`],
  ['another amount waits', `UPDATE intents SET amount_sats = 90000000 WHERE state = 'journaled'`],
  [
    'another payee waits',
    `UPDATE intents SET address = '${OTHER_PAYEE}' WHERE state = 'journaled'`,
  ],
  ['the limit is gone', `UPDATE policy SET max_withdrawal_sats = NULL, max_daily_sats = NULL`],
  ['an entry of the log is changed', `UPDATE audit SET detail = '{"changed":1}' WHERE seq = 2`],
  [
    'the log lacks its last entries',
    `DELETE FROM audit WHERE seq > (SELECT max(seq) - 2 FROM audit)`,
  ],
];
test.each(edits)('records edited by hand, so that %s, send nothing', async (_what, sql) => {
  const { server, account, desk } = await attack();
  await desk.ask('policy.save', {
    policy: { ...defaultGuardPolicy, maxWithdrawalSats: 50_000_000 },
  });
  await desk.pay(account, '0.25');
  const waiting = await desk.prepare(account, '0.3');
  const paid = (await desk.ask('intents.list', { openOnly: false })).find(
    ({ state }) => state === 'confirmed',
  );
  await desk.quit();
  edit(desk.userData, sql);
  const later = await openDesk(server, desk.userData);
  for (const id of [waiting.intent.id, paid?.id ?? '']) {
    const drawn = await later.result('intents.review', { id });
    if (drawn.ok) expect((await later.confirm(drawn.value)).ok).toBe(false);
  }
  const more = await later.result(
    'intents.prepare',
    later.withdrawal(account, '0.6', { address: PAYEE }),
  );
  if (more.ok) expect((await later.confirm(more.value)).ok).toBe(false);
  expect(server.posts).toHaveLength(1);
  expect(await later.ask('records.damage', {})).not.toBeNull();
});

test('records edited under the running app send nothing', async () => {
  const { server, account, desk } = await attack();
  const review = await desk.prepare(account, '0.25');
  edit(desk.userData, `UPDATE intents SET amount_sats = 90000000`);
  const drawn = await desk.result('intents.review', { id: review.intent.id });
  const answers = [
    await desk.confirm(review),
    ...(drawn.ok ? [await desk.confirm(drawn.value)] : []),
  ];
  expect(answers.every(({ ok }) => !ok)).toBe(true);
  expect(server.posts).toEqual([]);
});

test('records that are deleted under the running app send nothing', async () => {
  const { server, account, desk } = await attack();
  const review = await desk.prepare(account, '0.25');
  for (const file of files) rmSync(join(profileFolder(desk.userData), file), { force: true });
  expect((await desk.confirm(review)).ok).toBe(false);
  expect(server.posts).toEqual([]);
});

test('records that are replaced under the running app send nothing', async () => {
  const { server, account, desk } = await attack();
  const review = await desk.prepare(account, '0.25');
  const kept = keepRecords(desk.userData);
  putBack(kept, desk.userData);
  expect((await desk.confirm(review)).ok).toBe(false);
  expect(server.posts).toEqual([]);
});

test('a trigger put into the open records sends nothing elsewhere', async () => {
  const { server, account, desk } = await attack();
  const db = new Database(join(profileFolder(desk.userData), 'records.sqlite'));
  const triggers = db.prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'trigger'`);
  for (const name of triggers.pluck().all()) db.exec(`DROP TRIGGER ${name}`);
  db.exec(`CREATE TRIGGER elsewhere AFTER UPDATE ON intents
    WHEN OLD.state = 'journaled' AND NEW.state = 'sent'
    BEGIN UPDATE intents SET address = '${OTHER_PAYEE}' WHERE id = NEW.id; END`);
  db.close();
  await expect(desk.pay(account, '0.25')).rejects.toThrow('changed outside the app');
  expect(server.posts).toEqual([]);
});
