import { randomBytes } from 'node:crypto';
import type { Intent } from '#shared/domain/intent.ts';
import { AppError } from '#shared/errors.ts';
import { appendAudit } from '../../src/main/audit/chain.ts';
import { insertApprover } from '../../src/main/storage/records/approvers-repo.ts';
import { personKey } from '../../src/main/money/person.ts';
import type { Desk } from './desk.ts';
import { quickScrypt } from './quick-scrypt.ts';
import { numberOf, type World } from './world.ts';

const NAMES = ['Bea', 'Cyd'] as const;
const PASSPHRASE = 'correct horse battery';
/** The least that the records take. */
const COST = 2 ** 15;
export const ABOVE_SATS = 5_000_000;
export const HOLDS_MS = 600_000;
const HOUR_MS = 3_600_000;
const salt = randomBytes(16);
const hash = quickScrypt(PASSPHRASE, salt, 32);

/** What is true of the approvers, whatever the app knows. */
export type Approvers = {
  passphrases: Map<string, string>;
  /** When what they had approved fell. */
  fellAtMs: Map<string, number>;
  /** The last approval of each intent, by whom, when, and in which process. */
  approvals: Map<string, { name: string; atMs: number; crashes: number }>;
  tries: Map<string, { failures: number; atMs: number }>;
};

/** A policy that asks for a second person, and two who may be that. */
export async function appointApprovers(world: World, { records, guards }: Desk): Promise<void> {
  const asked = { approvalAboveSats: ABOVE_SATS, approvalMs: HOLDS_MS };
  await guards.savePolicy({ policy: { ...guards.policy(), ...asked } });
  const appoint = records.transaction(() => {
    for (const name of NAMES) {
      const note = { atMs: 0, actor: 'operator', action: 'approver.added', subject: name };
      appendAudit(records, { ...note, detail: { approvedBy: null } });
      insertApprover(records, { key: personKey(name), name, addedAtMs: 0, salt, hash, cost: COST });
    }
  });
  appoint.immediate();
  world.approvers = {
    passphrases: new Map(NAMES.map((name) => [name, PASSPHRASE])),
    fellAtMs: new Map(),
    approvals: new Map(),
    tries: new Map(),
  };
}

const courses = [
  'approves',
  'approves',
  'approves',
  'approves, and it waits',
  'approves, and gets another passphrase',
  'approves, and is removed',
  'approves, and sits down at the desk',
  'guesses',
  'is not asked',
] as const;

/** Before the operator decides on what a second person has to approve. */
export async function seekApproval(world: World, desk: Desk, intent: Intent): Promise<void> {
  const { approvers, random, time, trace } = world;
  if (!approvers || intent.kind !== 'withdrawal' || (intent.amountSats ?? 0) <= ABOVE_SATS) return;
  const names = [...approvers.passphrases.keys()];
  if (names.length === 0) return;
  const name = random.pick(names);
  const course = random.pick(courses);
  trace(`${name} ${course}: #${numberOf(world, intent.id)}`);
  if (course === 'is not asked') return;
  if (course === 'guesses') return guess(world, desk, intent, name);
  await approve(world, desk, intent, name);
  await time.sleep(random.between(1, 3000));
  if (!desk.isAlive()) return;
  switch (course) {
    case 'approves':
      return;
    case 'approves, and it waits':
      return time.sleep(random.between(0, 2 * HOLDS_MS));
    case 'approves, and gets another passphrase': {
      const newPassphrase = `${PASSPHRASE} ${time.nowMs()}`;
      const passphrase = approvers.passphrases.get(name) ?? '';
      await desk.guards.changePassphrase({ name, passphrase, newPassphrase });
      approvers.tries.delete(name);
      approvers.passphrases.set(name, newPassphrase);
      return void approvers.fellAtMs.set(name, time.nowMs());
    }
    case 'approves, and is removed': {
      const other = names.find((each) => each !== name);
      if (other === undefined) return;
      const second = { approver: other, passphrase: approvers.passphrases.get(other) ?? '' };
      await desk.guards.removeApprover({ name, second });
      // Who agreed gave the right passphrase.
      approvers.tries.delete(other);
      approvers.passphrases.delete(name);
      return void approvers.fellAtMs.set(name, time.nowMs());
    }
    case 'approves, and sits down at the desk':
      world.operator = name;
  }
}

async function approve(world: World, desk: Desk, { id }: Intent, name: string): Promise<void> {
  const { approvers, time, crashes } = world;
  if (!approvers) return;
  const passphrase = approvers.passphrases.get(name) ?? '';
  const { reviewHash } = desk.money.review(id);
  const note = () => void approvers.approvals.set(id, { name, atMs: time.nowMs(), crashes });
  try {
    await desk.money.approve({ id, reviewHash, approver: name, passphrase });
    note();
  } catch (error) {
    // On a failing disk it may be there all the same.
    if (error instanceof AppError && error.code.startsWith('storage')) note();
    if (error instanceof AppError && error.code === 'disk_full') note();
    throw error;
  } finally {
    approvers.tries.delete(name);
  }
}

/** Wrong passphrases, as quickly as they are looked at; the machine's clock is no help. */
async function guess(world: World, desk: Desk, { id }: Intent, name: string): Promise<void> {
  const { approvers, random, time, report } = world;
  if (!approvers) return;
  for (let go = 6; go > 0 && desk.isAlive(); go -= 1) {
    const { reviewHash } = desk.money.review(id);
    const wrong = { id, reviewHash, approver: name, passphrase: `wrong ${go}` };
    const error = await desk.money.approve(wrong).then(
      () => report('unapproved', `${name}’s passphrase is not ${wrong.passphrase}`),
      (failure: unknown) => failure,
    );
    const isLookedAt = error instanceof AppError && error.field === 'passphrase';
    if (isLookedAt) noteTry(world, name);
    else if (!(error instanceof AppError) || error.code !== 'rate_limited') throw error;
    await time.sleep(random.between(1, 2000));
    if (random.chance(0.3)) {
      world.localOffsetMs += 25 * HOUR_MS;
      world.hasSetClocks = true;
    }
  }
}

/** Three are free, then each waits twice as long as the one before, from 30 s to an hour. */
function noteTry({ approvers, time, report, isServiceClockSet }: World, name: string): void {
  const before = approvers?.tries.get(name);
  const failures = (before?.failures ?? 0) + 1;
  if (before && before.failures >= 3 && !isServiceClockSet) {
    const waitMs = Math.min(HOUR_MS, 30_000 * 2 ** (before.failures - 3));
    const agoMs = time.nowMs() - before.atMs;
    if (agoMs < waitMs - 1000) report('unapproved', `a guess is looked at ${agoMs} ms after one`);
  }
  approvers?.tries.set(name, { failures, atMs: time.nowMs() });
}

/** Holds a payment that leaves against what is true of its approval. */
export function checkApproved(world: World, { id, amountSats }: Intent): void {
  const { approvers, time, report, operator, crashes, hasSetClocks, rates } = world;
  if (!approvers || (amountSats ?? 0) <= ABOVE_SATS) return;
  const name = `#${numberOf(world, id)}`;
  const approval = approvers.approvals.get(id);
  if (approval === undefined) return report('unapproved', `${name} leaves, and nobody approved it`);
  const { name: by, atMs } = approval;
  const fellAtMs = approvers.fellAtMs.get(by) ?? -Infinity;
  if (fellAtMs >= atMs) report('unapproved', `${name} leaves on an approval of ${by} that fell`);
  if (by === operator) report('unapproved', `${name} leaves, approved by ${by}, who confirmed it`);
  // Over a restart two clocks that were set show nothing.
  const isTimed = !hasSetClocks || crashes === approval.crashes;
  if (isTimed && time.nowMs() - atMs > HOLDS_MS + 5000 + 400 * rates.slow) {
    report('unapproved', `${name} leaves on an approval that is over`);
  }
}
