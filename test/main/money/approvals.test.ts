import { expect, test } from 'vitest';
import { defaultGuardPolicy } from '#shared/domain/guards.ts';
import { verifyChain } from '../../../src/main/audit/chain.ts';
import { createGuards } from '../../../src/main/money/guards.ts';
import { openDesk, review, WITHDRAWAL, type Desk } from './fixture.ts';

const PASSPHRASE = 'correct horse battery';

/** A desk of Alice's, where Bob approves what is above 0.1 BTC. */
async function openApproved() {
  const desk = openDesk();
  const guards = createGuards({
    records: desk.records,
    now: () => desk.world.nowMs,
    actor: () => desk.world.actor,
    network: () => 'testnet',
    onChanged: () => {},
  });
  guards.savePolicy({ ...defaultGuardPolicy, approvalAboveSats: 10_000_000 });
  await guards.addApprover({ name: 'Bob', passphrase: PASSPHRASE });
  return { desk, guards };
}

const approve = (
  desk: Desk,
  { id, reviewHash }: { id: string; reviewHash: string },
  passphrase = PASSPHRASE,
  approver = 'Bob',
) => desk.money.approve({ id, reviewHash, approver, passphrase });

const auditOf = ({ records }: Desk, action: string): unknown[] =>
  records.prepare('SELECT subject FROM audit WHERE action = ?').pluck().all(action);

test('above the limit nothing is sent before a second person approved', async () => {
  const { desk } = await openApproved();
  const confirmation = await review(desk);
  expect(desk.money.review(confirmation.id)).toMatchObject({
    warnings: [],
    approval: { aboveSats: 10_000_000, initiator: 'alice', approvers: ['Bob'], approvedBy: null },
  });
  await expect(desk.money.confirm(confirmation)).rejects.toMatchObject({ code: 'approval_needed' });
  const approved = await approve(desk, confirmation, PASSPHRASE, ' BOB ');
  expect(approved.approval).toMatchObject({ approvedBy: 'Bob', approvedAtMs: desk.world.nowMs });
  expect(approved.reviewHash).toBe(confirmation.reviewHash);
  expect(desk.client.posts).toEqual([]);
  expect(await desk.money.confirm(confirmation)).toMatchObject({ state: 'confirmed' });
  expect(auditOf(desk, 'intent.approved')).toEqual([confirmation.id]);
  expect(verifyChain(desk.records).ok).toBe(true);
});

test('at the limit nobody is asked, and nobody can approve', async () => {
  const { desk } = await openApproved();
  const confirmation = await review(desk, { ...WITHDRAWAL, amountBtc: '0.1' });
  expect(desk.money.review(confirmation.id).approval).toBeNull();
  await expect(approve(desk, confirmation)).rejects.toMatchObject({ code: 'conflict' });
  expect(await desk.money.confirm(confirmation)).toMatchObject({ state: 'confirmed' });
});

test('who prepared it never counts, in whatever spelling and whoever sits there now', async () => {
  const { desk, guards } = await openApproved();
  await guards.addApprover({ name: 'Alice', passphrase: PASSPHRASE });
  const confirmation = await review(desk);
  desk.world.actor = 'carol';
  for (const name of ['Alice', 'ALICE ', 'alice']) {
    await expect(approve(desk, confirmation, PASSPHRASE, name)).rejects.toMatchObject({
      code: 'forbidden',
    });
  }
  expect(desk.money.review(confirmation.id).approval?.approvers).toEqual(['Bob']);
});

test('an approval is of one review: not of another intent, nor of one that changed since', async () => {
  const { desk, guards } = await openApproved();
  const confirmation = await review(desk);
  const other = await review(desk, { ...WITHDRAWAL, amountBtc: '0.13' });
  await expect(
    approve(desk, { id: confirmation.id, reviewHash: other.reviewHash }),
  ).rejects.toMatchObject({ code: 'review_changed' });
  await approve(desk, confirmation);
  await expect(desk.money.confirm(other)).rejects.toMatchObject({ code: 'approval_needed' });

  // Another profile behind it is another review, so what was approved is not this any more.
  desk.world.profile = { ...desk.world.profile, id: 'other' };
  const changed = desk.money.review(confirmation.id);
  expect(changed.approval?.approvedBy).toBeNull();
  await expect(
    desk.money.confirm({ ...confirmation, reviewHash: changed.reviewHash }),
  ).rejects.toMatchObject({ code: 'approval_needed' });

  desk.world.profile = { ...desk.world.profile, id: 'sandbox' };
  guards.removeApprover('Bob');
  await expect(desk.money.confirm(confirmation)).rejects.toMatchObject({ code: 'approval_needed' });
  expect(desk.client.posts).toEqual([]);
});

test('what is discarded while the passphrase is compared is not approved', async () => {
  const { desk } = await openApproved();
  const confirmation = await review(desk);
  const approving = approve(desk, confirmation);
  desk.money.discard(confirmation.id);
  await expect(approving).rejects.toMatchObject({ code: 'conflict' });
  expect(auditOf(desk, 'intent.approved')).toEqual([]);
});

test('wrong passphrases are audited, and after five only one is tried in a quarter of an hour', async () => {
  const { desk } = await openApproved();
  const confirmation = await review(desk);
  const guesses = Array.from({ length: 8 }, (_, index) =>
    approve(desk, confirmation, `wrong guess number ${index}`),
  );
  const results = await Promise.allSettled(guesses);
  const codes = results.map((result) => (result.status === 'rejected' ? result.reason.code : ''));
  expect(codes.filter((code) => code === 'invalid_input')).toHaveLength(5);
  expect(codes.filter((code) => code === 'rate_limited')).toHaveLength(3);
  expect(auditOf(desk, 'approval.refused')).toEqual(Array(5).fill(confirmation.id));

  // Nor does the right one help, nor a restart.
  await expect(approve(desk, confirmation)).rejects.toMatchObject({ code: 'rate_limited' });
  const later = desk.restart();
  await expect(approve(later, confirmation)).rejects.toMatchObject({ code: 'rate_limited' });
  later.world.nowMs = desk.world.nowMs + 15 * 60_000;
  await expect(approve(later, confirmation, 'wrong once more')).rejects.toMatchObject({
    code: 'invalid_input',
    field: 'passphrase',
  });
  await expect(approve(later, confirmation)).rejects.toMatchObject({ code: 'rate_limited' });
  later.world.nowMs += 15 * 60_000;
  await expect(approve(later, confirmation)).resolves.toMatchObject({
    approval: { approvedBy: 'Bob' },
  });
  expect(verifyChain(later.records).ok).toBe(true);
});

test('of a passphrase only a salted hash is kept, each with a salt of its own', async () => {
  const { desk, guards } = await openApproved();
  await guards.addApprover({ name: 'Carol', passphrase: PASSPHRASE });
  const rows = desk.records
    .prepare<[], { salt: Buffer; hash: Buffer; cost: number }>('SELECT * FROM approvers')
    .all();
  expect(new Set(rows.map(({ salt }) => salt.toString('hex'))).size).toBe(2);
  expect(new Set(rows.map(({ hash }) => hash.toString('hex'))).size).toBe(2);
  for (const { cost } of rows) expect(cost).toBeGreaterThanOrEqual(2 ** 15);
  expect(desk.records.serialize().includes(PASSPHRASE)).toBe(false);
});

test.each([
  ['passphrase', { name: 'Dora', passphrase: 'elevenchars' }],
  ['name', { name: ' bob', passphrase: PASSPHRASE }],
])('says beside %s what is wrong with %o', async (field, input) => {
  const { guards } = await openApproved();
  await expect(guards.addApprover(input)).rejects.toMatchObject({ code: 'invalid_input', field });
});
