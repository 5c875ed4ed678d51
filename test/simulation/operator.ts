import type { Intent, IntentReview } from '#shared/domain/intent.ts';
import { AppError } from '#shared/errors.ts';
import type { Money } from '../../src/main/money/intents.ts';
import type { Desk } from './desk.ts';
import type { Wish } from './wishes.ts';
import { numberOf, type World } from './world.ts';

/**
 * One go of the operator at a wish: looks at what the app says and acts on it, sometimes twice at once, sometimes
 * wrongly. Wants a thing again only when the app says that it did not happen.
 */
export async function pursue(world: World, desk: Desk, wish: Wish): Promise<void> {
  if (!desk.isAlive() || wish.busyWith === desk) return;
  wish.busyWith = desk;
  try {
    await act(world, desk, wish);
  } catch (error) {
    if (desk.isAlive() && !(error instanceof AppError)) {
      world.report('broken', error instanceof Error ? (error.stack ?? error.message) : 'no Error');
    }
    if (error instanceof AppError) world.trace(`  told: ${error.code}`);
  } finally {
    if (wish.busyWith === desk) wish.busyWith = null;
  }
}

async function act(world: World, desk: Desk, wish: Wish): Promise<void> {
  const rows = desk.money.list({ openOnly: false }).filter((row) => wish.isMeant(row));
  const decisive = rows.find(({ state }) => state === 'confirmed') ?? rows[0];
  world.trace(`operator: ${JSON.stringify(wish.draft)} is ${decisive?.state ?? 'new'}`);
  switch (decisive?.state) {
    case undefined:
    case 'rejected':
    case 'discarded':
    case 'cleared':
      return prepareAndDecide(world, desk, wish);
    case 'journaled':
      return decide(world, desk, decisive);
    case 'confirmed':
      return sendAgain(world, desk, decisive);
    case 'sent':
    case 'unknown':
    case 'needs_human':
      return world.random.chance(0.5)
        ? prepareAndDecide(world, desk, wish)
        : sendAgain(world, desk, decisive);
  }
}

async function prepareAndDecide(world: World, desk: Desk, { draft }: Wish): Promise<void> {
  const { random, time } = world;
  const isDouble = random.chance(0.1);
  const tries = [desk.money.prepare(draft), ...(isDouble ? [desk.twin().prepare(draft)] : [])];
  const reviews = await firstOf(tries);
  await time.sleep(random.between(50, random.pick([500, 4000, 90_000])));
  if (desk.isAlive()) await decide(world, desk, reviews.intent);
}

/** Both run to their end; the first that went through counts. */
async function firstOf<T>(tries: readonly Promise<T>[]): Promise<T> {
  const ended = await Promise.allSettled(tries);
  const done = ended.find((end) => end.status === 'fulfilled');
  if (done) return done.value;
  throw ended.find((end) => end.status === 'rejected')?.reason;
}

const decisions = [
  'plain',
  'plain',
  'plain',
  'double click',
  'double click',
  'two windows',
  'wrong review',
  'wrong letters',
  'forged terms',
  'discard',
  'confirm and discard',
] as const;

async function decide(world: World, desk: Desk, { id, address }: Intent): Promise<void> {
  const { random, time } = world;
  const decision = random.pick(decisions);
  world.trace(`operator: ${decision} for #${numberOf(world, id)}`);
  const review = desk.money.review(id);
  const send = (money: Money, change = {}, isHonest = true) =>
    confirm(world, money, review, change, isHonest);
  const laterMs = random.pick([0, 1, 300, 1500]);
  const later = <T>(run: () => Promise<T>) => time.sleep(laterMs).then(run);
  switch (decision) {
    case 'plain':
      return void (await send(desk.money));
    case 'double click':
      return void (await firstOf([send(desk.money), later(() => send(desk.money))]));
    case 'two windows':
      return void (await firstOf([send(desk.money), later(() => send(desk.twin()))]));
    case 'wrong review':
      return void (await send(desk.money, { reviewHash: '0'.repeat(64) }, false));
    case 'wrong letters':
      return void (await send(desk.money, { typed: 'wrong!' }, address === null));
    case 'forged terms':
      return void (await send(desk.money, { amountSats: 99_000_000, usdCents: 9_900_000 }));
    case 'discard':
      return void desk.money.discard(id);
    case 'confirm and discard':
      return void (await firstOf([send(desk.money), later(async () => desk.twin().discard(id))]));
  }
}

async function sendAgain(world: World, desk: Desk, intent: Intent): Promise<void> {
  await confirm(world, desk.money, desk.money.review(intent.id), {}, true);
}

async function confirm(
  { confirming }: World,
  money: Money,
  { intent, reviewHash }: IntentReview,
  change: object,
  isHonest: boolean,
): Promise<Intent> {
  const typed = intent.address?.slice(-6) ?? null;
  // What another window drew is not what was looked at in this one.
  money.review(intent.id);
  return confirming.run({ intentId: intent.id, isHonest }, () =>
    money.confirm({ id: intent.id, reviewHash, typed, ...change }),
  );
}
