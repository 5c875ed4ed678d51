import { describe, expect, test } from 'vitest';
import { defaultGuardPolicy } from '#shared/domain/guards.ts';
import { verifyChain } from '../../../src/main/audit/chain.ts';
import { guardsOf, openDesk, review, WITHDRAWAL, type Desk } from './fixture.ts';

const PASSPHRASE = 'correct horse battery';
const BOB = { approver: 'Bob', passphrase: PASSPHRASE };

/** A desk of Alice's, where Bob approves what is above 0.1 BTC. */
async function openApproved() {
  const desk = openDesk();
  const guards = guardsOf(desk);
  await guards.savePolicy({
    policy: { ...defaultGuardPolicy, approvalAboveSats: 10_000_000 },
  });
  await guards.addApprover({ name: 'Bob', newPassphrase: PASSPHRASE });
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
  expect(approved.approval).toMatchObject({
    approvedBy: 'Bob',
    approvedAtMs: desk.world.nowMs,
    endsAtMs: desk.world.nowMs + 24 * 3_600_000,
  });
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
  await guards.addApprover({ name: 'Alice', newPassphrase: PASSPHRASE, second: BOB });
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
  await guards.removeApprover({ name: 'Bob', second: BOB });
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

test('wrong passphrases are audited, and each after the third makes the wait longer', async () => {
  const { desk } = await openApproved();
  const confirmation = await review(desk);
  const guesses = Array.from({ length: 8 }, (_, index) =>
    approve(desk, confirmation, `wrong guess number ${index}`),
  );
  const results = await Promise.allSettled(guesses);
  const codes = results.map((result) => (result.status === 'rejected' ? result.reason.code : ''));
  expect(codes.filter((code) => code === 'invalid_input')).toHaveLength(3);
  expect(codes.filter((code) => code === 'rate_limited')).toHaveLength(5);
  expect(auditOf(desk, 'approval.refused')).toEqual(Array(3).fill(confirmation.id));

  // Nor does the right one help, nor a restart, nor a clock set back.
  const tooEarly = { code: 'rate_limited', message: expect.stringContaining('in 30 s') };
  await expect(approve(desk, confirmation)).rejects.toMatchObject(tooEarly);
  const later = desk.restart();
  await expect(approve(later, confirmation)).rejects.toMatchObject(tooEarly);
  later.world.nowMs = desk.world.nowMs - 3_600_000;
  await expect(approve(later, confirmation)).rejects.toMatchObject(tooEarly);
  later.world.nowMs = desk.world.nowMs + 30_000;
  await expect(approve(later, confirmation, 'wrong once more')).rejects.toMatchObject({
    code: 'invalid_input',
    field: 'passphrase',
  });
  later.world.nowMs += 59_999;
  await expect(approve(later, confirmation)).rejects.toMatchObject({ code: 'rate_limited' });
  later.world.nowMs += 1;
  await expect(approve(later, confirmation)).resolves.toMatchObject({
    approval: { approvedBy: 'Bob' },
  });
  expect(verifyChain(later.records).ok).toBe(true);
});

test('who approved cannot confirm, and at the desk is not offered as an approver', async () => {
  const { desk } = await openApproved();
  const confirmation = await review(desk);
  await approve(desk, confirmation);
  desk.world.actor = 'BOB';
  expect(desk.money.review(confirmation.id).approval).toMatchObject({
    approvers: [],
    approvedBy: null,
    initiator: 'alice',
    operator: 'BOB',
  });
  await expect(desk.money.confirm(confirmation)).rejects.toMatchObject({ code: 'approval_needed' });
  await expect(approve(desk, confirmation)).rejects.toMatchObject({ code: 'forbidden' });
  desk.world.actor = 'carol';
  expect(await desk.money.confirm(confirmation)).toMatchObject({ state: 'confirmed' });
});

describe('a change that takes protection away', () => {
  const looser = { ...defaultGuardPolicy, approvalAboveSats: 20_000_000 };
  const tighter = { ...defaultGuardPolicy, approvalAboveSats: 5_000_000 };
  const savedBy = ({ records }: Desk): unknown =>
    records
      .prepare<[], string>(
        `SELECT detail ->> 'approvedBy' FROM audit WHERE action = 'policy.saved' ORDER BY seq DESC`,
      )
      .pluck()
      .get();

  test('needs an approver’s passphrase, who is named in the audit log', async () => {
    const { desk, guards } = await openApproved();
    await expect(guards.savePolicy({ policy: looser })).rejects.toMatchObject({
      code: 'approval_needed',
    });
    const wrong = { approver: 'Bob', passphrase: 'not the right one' };
    await expect(guards.savePolicy({ policy: looser, second: wrong })).rejects.toMatchObject({
      field: 'passphrase',
    });
    expect(auditOf(desk, 'approval.refused')).toEqual(['policy']);
    expect(guards.policy()).toMatchObject({ approvalAboveSats: 10_000_000 });
    await guards.savePolicy({ policy: looser, second: BOB });
    expect(guards.policy()).toMatchObject({ approvalAboveSats: 20_000_000 });
    expect(savedBy(desk)).toBe('Bob');
    await guards.savePolicy({ policy: tighter });
    expect(savedBy(desk)).toBeNull();
    expect(verifyChain(desk.records).ok).toBe(true);
  });

  test('is judged again when the passphrase was compared', async () => {
    const { desk, guards } = await openApproved();
    await guards.addApprover({ name: 'Carol', newPassphrase: PASSPHRASE, second: BOB });
    const saving = guards.savePolicy({ policy: looser, second: BOB });
    // Another window is quicker.
    desk.records.exec('DROP TRIGGER approvers_delete_with_audit');
    desk.records.transaction(() => desk.records.exec(`DELETE FROM approvers WHERE name = 'Bob'`))();
    await expect(saving).rejects.toMatchObject({ code: 'approval_needed' });
    expect(guards.policy()).toMatchObject({ approvalAboveSats: 10_000_000 });
  });

  test('by the approver at the desk is refused before the passphrase is tried', async () => {
    const { desk, guards } = await openApproved();
    desk.world.actor = 'bob';
    expect(guards.listApprovers()).toMatchObject([{ name: 'Bob', isOperator: true }]);
    for (const refused of [
      guards.savePolicy({ policy: looser, second: BOB }),
      guards.removeApprover({ name: 'Bob', second: BOB }),
      guards.addApprover({ name: 'Dora', newPassphrase: PASSPHRASE, second: BOB }),
    ]) {
      await expect(refused).rejects.toMatchObject({ code: 'forbidden' });
    }
    expect(desk.records.prepare('SELECT failures FROM approvers').pluck().get()).toBe(0);
  });
});

describe('changing a passphrase', () => {
  const CHANGED = 'another four words here';

  test('needs the one until now and no one else, and only the new one works', async () => {
    const { desk, guards } = await openApproved();
    const confirmation = await review(desk);
    const input = { name: 'Bob', passphrase: 'not the right one', newPassphrase: CHANGED };
    await expect(guards.changePassphrase(input)).rejects.toMatchObject({ field: 'passphrase' });
    await expect(
      guards.changePassphrase({ ...input, newPassphrase: 'elevenchars' }),
    ).rejects.toMatchObject({ field: 'newPassphrase' });
    await guards.changePassphrase({ ...input, passphrase: PASSPHRASE });
    expect(auditOf(desk, 'passphrase.changed')).toEqual(['Bob']);
    await expect(approve(desk, confirmation)).rejects.toMatchObject({ field: 'passphrase' });
    await expect(approve(desk, confirmation, CHANGED)).resolves.toMatchObject({
      approval: { approvedBy: 'Bob' },
    });
  });

  test('twice at once with the same old one, one of them counts', async () => {
    const { desk, guards } = await openApproved();
    const input = { name: 'Bob', passphrase: PASSPHRASE };
    const results = await Promise.allSettled(
      [CHANGED, 'yet another four words'].map((newPassphrase) =>
        guards.changePassphrase({ ...input, newPassphrase }),
      ),
    );
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(auditOf(desk, 'passphrase.changed')).toEqual(['Bob']);
  });

  test('no hash changes without its audit entry, and no approver becomes another', async () => {
    const { desk } = await openApproved();
    for (const set of [`hash = randomblob(32)`, `salt = randomblob(16)`, 'cost = 65536']) {
      expect(() => desk.records.exec(`UPDATE approvers SET ${set}`)).toThrow('audit entry');
    }
    expect(() => desk.records.exec(`UPDATE approvers SET name = 'Eve'`)).toThrow('never changed');
  });
});

test('of a passphrase only a salted hash is kept, each with a salt of its own', async () => {
  const { desk, guards } = await openApproved();
  await guards.addApprover({ name: 'Carol', newPassphrase: PASSPHRASE, second: BOB });
  const rows = desk.records
    .prepare<[], { salt: Buffer; hash: Buffer; cost: number }>('SELECT * FROM approvers')
    .all();
  expect(new Set(rows.map(({ salt }) => salt.toString('hex'))).size).toBe(2);
  expect(new Set(rows.map(({ hash }) => hash.toString('hex'))).size).toBe(2);
  for (const { cost } of rows) expect(cost).toBeGreaterThanOrEqual(2 ** 15);
  expect(desk.records.serialize().includes(PASSPHRASE)).toBe(false);
});

test.each([
  ['newPassphrase', { name: 'Dora', newPassphrase: 'elevenchars' }],
  ['name', { name: ' bob', newPassphrase: PASSPHRASE }],
  ['name', { name: '\u200b', newPassphrase: PASSPHRASE }],
])('says beside %s what is wrong with %o', async (field, input) => {
  const { guards } = await openApproved();
  await expect(guards.addApprover(input)).rejects.toMatchObject({ code: 'invalid_input', field });
});
