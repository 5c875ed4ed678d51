import '../../simulation/quick-scrypt.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultGuardPolicy, type GuardPolicy } from '#shared/domain/guards.ts';
import { DAY_MS } from '../../../src/main/money/paid.ts';
import {
  BUY,
  DESTINATION,
  guardsOf,
  openDesk,
  RATE,
  review,
  service,
  WITHDRAWAL,
  type Desk,
} from './fixture.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const PASSPHRASE = 'correct horse battery';

async function guarded(policy: Partial<GuardPolicy>, client = service()): Promise<Desk> {
  const desk = openDesk(client);
  await guardsOf(desk).savePolicy({ policy: { ...defaultGuardPolicy, ...policy } });
  return desk;
}

const JUMPS_MS = [HOUR_MS, -HOUR_MS, 25 * HOUR_MS, -25 * HOUR_MS, 400 * DAY_MS, -400 * DAY_MS];

/** What somebody may do to the clocks, and to the app, without any time going by. */
type Step = { kind: 'wall' | 'server' | 'ask' | 'restart'; byMs: number };

const steps = fc.array(
  fc.record<Step>({
    kind: fc.constantFrom('wall', 'server', 'ask', 'restart'),
    byMs: fc.constantFrom(...JUMPS_MS),
  }),
  { maxLength: 8 },
);

async function tamper(desk: Desk, tampering: readonly Step[]): Promise<Desk> {
  let now = desk;
  /** Both set alike between two answers cannot be told from a machine that slept. */
  let set: Step['kind'] | null = null;
  for (const { kind, byMs } of tampering) {
    if (kind === 'restart') {
      // As closing the profile does.
      now.clock.keep();
      now = now.restart();
      set = null;
    } else if (kind === 'ask') {
      await askTheTime(now);
      set = null;
    } else if (set === null || set === kind) {
      set = kind;
      if (kind === 'wall') now.world.wallAheadMs += byMs;
      else now.world.serverAheadMs += byMs;
    }
  }
  return now;
}

/** A confirm that goes no further than the answer to its ping. */
async function askTheTime(desk: Desk): Promise<void> {
  const profile = desk.world.profile;
  const { intent } = await desk.money.prepare({ kind: 'create_client', label: 'time' });
  const { reviewHash } = desk.money.review(intent.id);
  desk.world.profile = { ...profile, secret: 'locked' };
  await desk.money.confirm({ id: intent.id, reviewHash, typed: null }).catch(() => null);
  desk.world.profile = profile;
  desk.money.discard(intent.id);
}

describe('however the clocks are set, in whatever order and over restarts', () => {
  test('a limit of a day, a repeat and a new entry of the book stay guarded', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (tampering) => {
        const desk = await guarded({ maxDailySats: 20_000_000 });
        await desk.money.confirm(await review(desk));
        const after = await tamper(desk, tampering);
        await askTheTime(after);
        await expect(
          after.money.prepare({ ...WITHDRAWAL, amountBtc: '0.1' }),
        ).rejects.toMatchObject({ field: 'amountBtc' });
        await expect(
          after.money.prepare({ ...WITHDRAWAL, amountBtc: '0.08' }),
        ).resolves.toMatchObject({ intent: { state: 'journaled' } });
        await guardsOf(after).savePolicy({ policy: { ...defaultGuardPolicy, maxDailySats: null } });
        await expect(after.money.prepare(WITHDRAWAL)).rejects.toMatchObject({ field: 'reason' });
      }),
      { numRuns: 40, interruptAfterTimeLimit: 12_000 },
    );
  });

  test('a new entry of the address book cools', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (tampering) => {
        const desk = await guarded({ addressBookOnly: true });
        await guardsOf(desk).addToBook({ address: DESTINATION, label: 'Treasury' });
        const after = await tamper(desk, tampering);
        await askTheTime(after);
        await expect(after.money.prepare(WITHDRAWAL)).rejects.toThrow('is new in the address book');
        const [entry] = guardsOf(after).listBook();
        const waitMs = (entry?.usableAtMs ?? 0) - after.world.nowMs - after.world.wallAheadMs;
        expect(Math.abs(waitMs - DAY_MS)).toBeLessThan(20_000);
      }),
      { numRuns: 40, interruptAfterTimeLimit: 12_000 },
    );
  });

  test('is not made by this machine’s clock, before the service ever told the time', async () => {
    const told = openDesk();
    told.world.isTimeless = true;
    // As if nothing had been kept yet.
    told.records.transaction(() => told.records.exec('DELETE FROM server_clock'))();
    const desk = told.restart();
    desk.world.wallAheadMs = -25 * HOUR_MS;
    const entry = { address: DESTINATION, label: 'Landlord' };
    await expect(guardsOf(desk).addToBook(entry)).rejects.toMatchObject({ code: 'offline' });
    expect(guardsOf(desk).listBook()).toEqual([]);
    await askTheTime(desk);
    expect(await guardsOf(desk).addToBook(entry)).toMatchObject({ label: 'Landlord' });
  });

  test('who typed wrong passphrases before the service told the time waits, over restarts too', async () => {
    const told = openDesk();
    const guards = guardsOf(told);
    await guards.addApprover({ name: 'Bob', newPassphrase: PASSPHRASE });
    told.world.isTimeless = true;
    told.records.transaction(() =>
      told.records.exec('DELETE FROM server_clock; UPDATE approvers SET failures = 9'),
    )();
    const guess = { name: 'Bob', passphrase: 'no, not this one', newPassphrase: PASSPHRASE };
    const refused = { code: 'rate_limited' };
    const first = told.restart();
    await expect(guardsOf(first).changePassphrase(guess)).rejects.toMatchObject({
      field: 'passphrase',
    });
    first.world.wallAheadMs += 2 * HOUR_MS;
    await expect(guardsOf(first).changePassphrase(guess)).rejects.toMatchObject(refused);
    // The next start counts from this machine's clock again, which was set forward.
    const next = first.restart();
    await expect(guardsOf(next).changePassphrase(guess)).rejects.toMatchObject(refused);
    // And so would the first answer, with a server far ahead of it.
    next.world.serverAheadMs += 30 * 24 * HOUR_MS;
    await askTheTime(next);
    await expect(guardsOf(next).changePassphrase(guess)).rejects.toMatchObject(refused);
    next.world.nowMs += 2 * HOUR_MS;
    await expect(guardsOf(next).changePassphrase(guess)).rejects.toMatchObject({
      field: 'passphrase',
    });
  });

  test('who typed wrong passphrases waits', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (tampering) => {
        const desk = await guarded({ approvalAboveSats: 1 });
        await guardsOf(desk).addApprover({ name: 'Bob', newPassphrase: PASSPHRASE });
        desk.records.transaction(() => desk.records.exec('UPDATE approvers SET failures = 9'))();
        const { id, reviewHash } = await review(desk);
        const guess = { id, reviewHash, approver: 'Bob', passphrase: 'no, not this one' };
        await expect(desk.money.approve(guess)).rejects.toMatchObject({ field: 'passphrase' });
        const after = await tamper(desk, tampering);
        await askTheTime(after);
        await expect(after.money.approve(guess)).rejects.toMatchObject({ code: 'rate_limited' });
      }),
      { numRuns: 8 },
    );
  }, 60_000);
});

const approvalOf = ({ id, reviewHash }: { id: string; reviewHash: string }) => ({ id, reviewHash });

describe('when a day really passes', () => {
  test.each([
    ['the app stays open', async (desk: Desk) => desk],
    [
      'the machine sleeps, and the monotonic clock with it',
      async (desk: Desk) => {
        desk.world.wallAheadMs += DAY_MS;
        desk.world.serverAheadMs += DAY_MS;
        return desk;
      },
    ],
    [
      'the app is closed',
      async (desk: Desk) => {
        desk.clock.keep();
        const opened = desk.restart();
        opened.world.wallAheadMs += DAY_MS;
        opened.world.serverAheadMs += DAY_MS;
        return opened;
      },
    ],
  ])('what waited for it is over: %s', async (how, pass) => {
    const desk = await guarded({ maxDailySats: 12_000_000 });
    await desk.money.confirm(await review(desk));
    if (how === 'the app stays open') desk.world.nowMs += DAY_MS;
    const after = await pass(desk);
    await askTheTime(after);
    await expect(after.money.prepare(WITHDRAWAL)).resolves.toMatchObject({ repeatReason: null });
  });
});

describe('an approval', () => {
  async function approved(policy: Partial<GuardPolicy> = {}) {
    const desk = await guarded({ approvalAboveSats: 1, ...policy });
    const guards = guardsOf(desk);
    await guards.addApprover({ name: 'Bob', newPassphrase: PASSPHRASE });
    const confirmation = await review(desk);
    await desk.money.approve({
      ...approvalOf(confirmation),
      approver: 'Bob',
      passphrase: PASSPHRASE,
    });
    return { desk, guards, confirmation };
  }
  const isApproved = (desk: Desk, id: string): boolean =>
    desk.money.review(id).approval?.approvedBy === 'Bob';

  test('holds 24 hours and no longer, or as long as the guards say', async () => {
    const { desk, guards, confirmation } = await approved();
    desk.world.nowMs += DAY_MS - 1;
    expect(isApproved(desk, confirmation.id)).toBe(true);
    desk.world.nowMs += 1;
    expect(isApproved(desk, confirmation.id)).toBe(false);
    await expect(desk.money.confirm(confirmation)).rejects.toMatchObject({
      code: 'approval_needed',
    });
    const second = { approver: 'Bob', passphrase: PASSPHRASE };
    const longer = { ...defaultGuardPolicy, approvalAboveSats: 1, approvalMs: 2 * DAY_MS };
    await expect(guards.savePolicy({ policy: longer })).rejects.toMatchObject({
      code: 'approval_needed',
    });
    await guards.savePolicy({ policy: longer, second });
    expect(isApproved(desk, confirmation.id)).toBe(true);
  });

  test('ends by the server’s time, however this machine’s clock is set', async () => {
    const { desk, confirmation } = await approved();
    desk.world.nowMs += DAY_MS;
    desk.world.wallAheadMs -= 30 * DAY_MS;
    await askTheTime(desk);
    expect(isApproved(desk, confirmation.id)).toBe(false);
    const again = await approved();
    again.desk.world.wallAheadMs += 30 * DAY_MS;
    await askTheTime(again.desk);
    expect(isApproved(again.desk, again.confirmation.id)).toBe(true);
  });

  test('ends too when the app was closed for a day while the machine’s clock was set back', async () => {
    const { desk, confirmation } = await approved();
    desk.clock.keep();
    const opened = desk.restart();
    opened.world.serverAheadMs += 2 * DAY_MS;
    opened.world.wallAheadMs -= DAY_MS;
    await askTheTime(opened);
    expect(isApproved(opened, confirmation.id)).toBe(false);
  });

  test('falls with its approver’s passphrase', async () => {
    const { desk, guards, confirmation } = await approved();
    const newPassphrase = 'another four words here';
    await guards.changePassphrase({ name: 'Bob', passphrase: PASSPHRASE, newPassphrase });
    expect(isApproved(desk, confirmation.id)).toBe(false);
    await expect(desk.money.confirm(confirmation)).rejects.toMatchObject({
      code: 'approval_needed',
    });
    expect(desk.client.posts).toEqual([]);
  });

  test('is not given by an approver who was removed meanwhile, in words', async () => {
    const { desk, guards } = await approved();
    await guards.addApprover({
      name: 'Carol',
      newPassphrase: PASSPHRASE,
      second: { approver: 'Bob', passphrase: PASSPHRASE },
    });
    const other = await review(desk, { ...WITHDRAWAL, amountBtc: '0.2' });
    const approving = desk.money.approve({
      ...approvalOf(other),
      approver: 'Carol',
      passphrase: PASSPHRASE,
    });
    desk.records.exec('DROP TRIGGER approvers_delete_with_audit');
    desk.records.transaction(() =>
      desk.records.exec(`DELETE FROM approvers WHERE name = 'Carol'`),
    )();
    await expect(approving).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('Carol was removed'),
    });
  });

  test('of a profile that is closed meanwhile is a message', async () => {
    const { desk } = await approved();
    const other = await review(desk, { ...WITHDRAWAL, amountBtc: '0.2' });
    const approving = desk.money.approve({
      ...approvalOf(other),
      approver: 'Bob',
      passphrase: PASSPHRASE,
    });
    desk.records.close();
    await expect(approving).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('a review', () => {
  test('of more than 15 minutes ago is drawn again before it is confirmed', async () => {
    const desk = openDesk();
    const confirmation = await review(desk);
    desk.world.nowMs += 15 * MINUTE_MS + 1;
    await expect(desk.money.confirm(confirmation)).rejects.toMatchObject({
      code: 'review_changed',
      message: expect.stringContaining('15 minutes'),
    });
    expect(desk.client.posts).toEqual([]);
    desk.money.review(confirmation.id);
    desk.world.nowMs += 15 * MINUTE_MS;
    expect(await desk.money.confirm(confirmation)).toMatchObject({ state: 'confirmed' });
  });

  test('ages while the machine sleeps, and not when a clock is set', async () => {
    const desk = openDesk();
    const confirmation = await review(desk);
    desk.world.wallAheadMs += 40 * DAY_MS;
    await askTheTime(desk);
    desk.world.wallAheadMs += HOUR_MS;
    desk.world.serverAheadMs += HOUR_MS;
    await expect(desk.money.confirm(confirmation)).rejects.toMatchObject({
      code: 'review_changed',
    });
    desk.money.review(confirmation.id);
    expect(await desk.money.confirm(confirmation)).toMatchObject({ state: 'confirmed' });
  });
});

describe('a quote', () => {
  test('that the service lets hold for a year holds 15 minutes', async () => {
    const desk = openDesk();
    const year = { ...RATE, timeExpiresMs: desk.world.nowMs + 365 * DAY_MS };
    desk.world.rate = year;
    const { intent, rateExpiresAtMs } = await desk.money.prepare(BUY);
    expect(rateExpiresAtMs).toBe(desk.world.nowMs + 15 * MINUTE_MS);
    desk.world.nowMs += 15 * MINUTE_MS;
    const { reviewHash, warnings } = desk.money.review(intent.id);
    expect(warnings[0]).toContain('expired');
    const confirmed = desk.money.confirm({ id: intent.id, reviewHash, typed: null });
    await expect(confirmed).rejects.toMatchObject({ code: 'rate_expired' });
    expect(desk.client.posts).toEqual([]);
  });

  test.each(JUMPS_MS)(
    'does not live longer when the server’s clock is set by %i ms',
    async (ms) => {
      const desk = openDesk();
      const confirmation = await review(desk, BUY);
      desk.world.nowMs += 15 * MINUTE_MS;
      desk.world.serverAheadMs += ms;
      desk.money.review(confirmation.id);
      await expect(desk.money.confirm(confirmation)).rejects.toMatchObject({
        code: 'rate_expired',
      });
      expect(desk.client.posts).toEqual([]);
    },
  );

  test('counts for nothing once a newer price is known', async () => {
    const desk = openDesk();
    const confirmation = await review(desk, BUY);
    desk.world.rate = { ...RATE, observedAtMs: RATE.observedAtMs + 1, buyPriceCents: 122_511 };
    await expect(desk.money.confirm(confirmation)).rejects.toMatchObject({
      code: 'rate_expired',
      message: expect.stringContaining('1,225.11'),
    });
    expect(desk.money.review(confirmation.id).warnings[0]).toContain('changed');
    desk.world.rate = { ...RATE, observedAtMs: RATE.observedAtMs + 1 };
    expect(await desk.money.confirm(confirmation)).toMatchObject({ attempts: 1 });
  });
});
