import { expect, test } from 'vitest';
import { attack, type Attack, type Desk } from './attacked-desk.ts';

const HOUR_MS = 3_600_000;
const DAY_MINUTES = 24 * 60;
const PASSPHRASE = 'correct horse battery staple';

/** A payment that waits for Grace; Ada could approve as well. */
async function waiting(): Promise<Attack & { id: string }> {
  const attacked = await attack();
  const { desk, account } = attacked;
  await desk.ask('approvers.add', { name: 'Grace', newPassphrase: PASSPHRASE });
  const second = { approver: 'Grace', passphrase: PASSPHRASE };
  await desk.ask('approvers.add', { name: 'Ada', newPassphrase: PASSPHRASE, second });
  const policy = await desk.ask('policy.get', {});
  await desk.ask('policy.save', { policy: { ...policy, approvalAboveSats: 10_000_000 } });
  const { intent } = await desk.prepare(account, '0.25');
  return { ...attacked, id: intent.id };
}

async function approve(desk: Desk, id: string, passphrase = PASSPHRASE) {
  const { reviewHash } = await desk.ask('intents.review', { id });
  return desk.result('intents.approve', { id, reviewHash, approver: 'Grace', passphrase });
}

async function confirmAnew(desk: Desk, id: string) {
  return desk.confirm(await desk.ask('intents.review', { id }));
}

const refused = { ok: false, error: { code: 'approval_needed' } };

test('an approval is used up after a day, whatever the clock of the machine says', async () => {
  const { server, desk, id } = await waiting();
  expect(await approve(desk, id)).toMatchObject({ ok: true });
  await desk.pass(DAY_MINUTES + 1);
  expect(await confirmAnew(desk, id)).toMatchObject(refused);
  await desk.setMachineClock(-25 * HOUR_MS);
  expect(await confirmAnew(desk, id)).toMatchObject(refused);
  expect(server.posts).toEqual([]);
  expect(await approve(desk, id)).toMatchObject({ ok: true });
  expect(await confirmAnew(desk, id)).toMatchObject({ ok: true });
  expect(server.posts).toHaveLength(1);
});

test('an approval falls with the passphrase it was given with', async () => {
  const { server, desk, id } = await waiting();
  expect(await approve(desk, id)).toMatchObject({ ok: true });
  const newPassphrase = `${PASSPHRASE}, changed`;
  await desk.ask('approvers.changePassphrase', {
    name: 'Grace',
    passphrase: PASSPHRASE,
    newPassphrase,
  });
  expect(await confirmAnew(desk, id)).toMatchObject(refused);
  expect(await approve(desk, id)).toMatchObject({ ok: false, error: { field: 'passphrase' } });
  expect(server.posts).toEqual([]);
});

test('an approver who is removed while approving approves nothing', async () => {
  const { server, desk, id } = await waiting();
  const second = { approver: 'Ada', passphrase: PASSPHRASE };
  const [approved] = await Promise.all([
    approve(desk, id),
    desk.ask('approvers.remove', { name: 'Grace', second }),
  ]);
  if (!approved.ok) expect(approved.error.message).toContain('Grace was removed');
  expect(await confirmAnew(desk, id)).toMatchObject(refused);
  expect(server.posts).toEqual([]);
});

test('wrong passphrases wait, and a clock that is set forward is no help', async () => {
  const { server, desk, id } = await waiting();
  for (const guess of ['one', 'two', 'three']) {
    expect(await approve(desk, id, guess)).toMatchObject({ error: { field: 'passphrase' } });
  }
  const tooEarly = { ok: false, error: { code: 'rate_limited' } };
  expect(await approve(desk, id, 'four')).toMatchObject(tooEarly);
  await desk.setMachineClock(25 * HOUR_MS);
  expect(await approve(desk, id)).toMatchObject(tooEarly);
  expect(await confirmAnew(desk, id)).toMatchObject(refused);
  expect(server.posts).toEqual([]);
  await desk.pass(1);
  expect(await approve(desk, id)).toMatchObject({ ok: true });
});
