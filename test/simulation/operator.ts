import type { Draft, Intent, IntentReview } from '#shared/domain/intent.ts';
import { AppError } from '#shared/errors.ts';
import type { Money } from '../../src/main/money/intents.ts';
import { seekApproval } from './approvers.ts';
import { checkCleared } from './oracle.ts';
import type { Desk } from './desk.ts';
import { isDone, type LedgerEntry } from './service.ts';
import type { Wish } from './wishes.ts';
import { isOwn, numberOf, type World } from './world.ts';

/**
 * One go of the operator at a wish: looks at what the app says and acts on it, sometimes twice at once, sometimes
 * wrongly. Wants a thing again only when the app says that it did not happen.
 */
export async function pursue(world: World, desk: Desk, wish: Wish): Promise<void> {
  if (!desk.isAlive() || desk.isDamaged || wish.busyWith === desk) return;
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
      switch (world.random.pick(['again', 'anew', 'settle', 'settle'] as const)) {
        case 'again':
          return sendAgain(world, desk, decisive);
        case 'anew':
          return prepareAndDecide(world, desk, wish);
        case 'settle':
          return settleHastily(world, desk, decisive);
      }
  }
}

/** Without looking for long, and not always rightly. */
async function settleHastily(world: World, { money }: Desk, intent: Intent): Promise<void> {
  const { random } = world;
  if (intent.state === 'sent') return;
  if (intent.kind === 'create_client') return nameStranger(world, money, intent);
  if (random.chance(0.5)) await money.lookAgain(intent.id);
  // Of two near buys of one's own a person may name the other's; nothing could tell that.
  const others = world.service.ledger.filter(
    (entry) =>
      isOwn(world, entry) && entry.intentId !== intent.id && entry.clientUid === intent.clientUid,
  );
  const candidates = (money.settling(intent.id)?.candidates ?? []).filter(
    ({ tid }) => !others.some((entry) => entry.tid === tid),
  );
  const reason = 'I think so';
  const { id } = intent;
  if (random.chance(0.5) || candidates.length === 0) {
    world.trace(`operator: #${numberOf(world, id)} did not go`);
    const askedAtMs = world.time.nowMs();
    await money.settle({ id, decision: 'did_not_go', reason });
    checkCleared(world, money, intent, askedAtMs);
  } else {
    const { tid } = random.pick(candidates);
    world.trace(`operator: #${numberOf(world, id)} went as ${tid}`);
    await money.settle({ id, decision: 'went', reason, found: tid });
  }
}

/** Nothing could show that a client was not created after all; one of long ago is another. */
async function nameStranger(world: World, money: Money, { id }: Intent): Promise<void> {
  if (world.hasMoods) return;
  const name = `#${numberOf(world, id)}`;
  world.trace(`operator: ${name} is ${world.stranger}`);
  await money.settle({ id, decision: 'went', reason: 'I think so', found: world.stranger });
  world.report('wrongMatches', `${name} is ${world.stranger}, which is of long ago`);
}

async function prepareAndDecide(world: World, desk: Desk, { draft }: Wish): Promise<void> {
  const { random, time } = world;
  const isDouble = random.chance(0.1);
  const tries = [prepare(desk.money, draft), ...(isDouble ? [prepare(desk.twin(), draft)] : [])];
  const reviews = await firstOf(tries);
  if (reviews.warnings.length > 0) world.warned.add(reviews.intent.id);
  await time.sleep(random.between(50, random.pick([500, 4000, 90_000])));
  if (desk.isAlive()) await decide(world, desk, reviews.intent);
}

/** Who is asked why it is paid again has a reason. */
async function prepare(money: Money, draft: Draft): Promise<IntentReview> {
  try {
    return await money.prepare(draft);
  } catch (error) {
    const isAsked = error instanceof AppError && error.field === 'reason';
    if (!isAsked || draft.kind === 'create_client') throw error;
    return money.prepare({ ...draft, reason: 'It is due again' });
  }
}

/** The end, when everybody has looked into it for a day: each open outcome is settled by what is true. */
export async function settleTruthfully(world: World, { money }: Desk): Promise<void> {
  // To settle one may open another again: what the first leaves over may be the other's.
  for (let round = 0; round < 2; round += 1) await settleOpen(world, money);
}

async function settleOpen(world: World, money: Money): Promise<void> {
  const open = money
    .list({ openOnly: true })
    .filter(({ state }) => state === 'unknown' || state === 'needs_human')
    .map(({ id, kind }) => {
      // A machine that was set back may have asked twice, and knows of the second alone.
      const done = world.service.ledger.findLast((entry) => entry.intentId === id && isDone(entry));
      return { id, found: kind === 'create_client' ? done?.clientUid : done?.tid };
    });
  // What is explained first leaves no doubt about the others.
  const explained = open.filter(({ found }) => found !== undefined);
  const others = open.filter(({ found }) => found === undefined);
  for (const { id, found } of [...explained, ...others]) await settleAs(world, money, id, found);
}

/** `found`: what it became; undefined where it became nothing. */
async function settleAs(world: World, money: Money, id: string, found?: string): Promise<void> {
  const answer = found === undefined ? 'did_not_go' : 'went';
  const decision = { id, decision: answer, ...(found === undefined ? {} : { found }) } as const;
  try {
    const { word } = await money.weigh(decision);
    const typed = word === null ? {} : { typed: word };
    await money.settle({ ...decision, reason: 'Told by Bitpro', ...typed });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    world.trace(`  the truth about #${numberOf(world, id)} is refused: ${error.message}`);
    // What Bitpro itself had named takes two people, and this desk has one.
    if (error.code === 'approval_needed') world.needsTwo.add(id);
    const { ledger } = world.service;
    // What was taken and failed is named. Else a payment of the same terms passes for it, if one fits, of somebody else
    // or of one's own that is over without it: nothing tells the two apart.
    const failed = ledger.find((entry) => entry.intentId === id && entry.failed === true);
    const { clientUid } = money.get(id);
    const twin = ledger.find(
      (entry) =>
        entry.clientUid === clientUid &&
        error.message.includes(`${entry.tid} `) &&
        (!isOwn(world, entry) || isOver(money, entry)),
    );
    const isTwin = error.code === 'conflict' && found === failed?.tid;
    const other = isTwin ? twin : found === undefined ? failed : undefined;
    if (other) await settleAs(world, money, id, other.tid);
  }
}

/**
 * Taken for not carried out, or confirmed by another's payment of the same terms: what it brought passes for an equal
 * one's, and nobody can tell.
 */
function isOver(money: Money, { intentId }: LedgerEntry): boolean {
  const state = intentId === null ? null : money.get(intentId).state;
  return state === 'cleared' || state === 'rejected' || state === 'confirmed';
}

/** Both run to their end; the first that went through counts. */
async function firstOf<T>(tries: readonly Promise<T>[]): Promise<T> {
  const ended = await Promise.allSettled(tries);
  const done = ended.find((end) => end.status === 'fulfilled');
  if (done) return done.value;
  throw ended.find((end) => end.status === 'rejected')?.reason;
}

/** Longer than a review holds. */
const INTERRUPTED_MS = 1_300_000;

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
  'opened twice',
] as const;

async function decide(world: World, desk: Desk, intent: Intent): Promise<void> {
  const { random, time } = world;
  const { id, address } = intent;
  await seekApproval(world, desk, intent);
  if (!desk.isAlive()) return;
  const decision = random.pick(decisions);
  world.trace(`operator: ${decision} for #${numberOf(world, id)}`);
  const review = draw(world, desk.money, id);
  if (decision === 'two windows') draw(world, desk.twin(), id);
  // Somebody calls, and it is looked at no more before it is confirmed.
  if (random.chance(0.05)) await time.sleep(INTERRUPTED_MS);
  if (!desk.isAlive()) return;
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
    case 'opened twice':
      // The same profile in a second window, whose start takes what is on its way for interrupted.
      void later(async () => desk.isAlive() && desk.twin().recover()).catch(() => {});
      return void (await send(desk.money));
    case 'discard':
      return void desk.money.discard(id);
    case 'confirm and discard':
      return void (await firstOf([send(desk.money), later(async () => desk.twin().discard(id))]));
  }
}

/** What the operator decides by is what was drawn last. */
function draw(world: World, money: Money, id: string): IntentReview {
  world.drawnAtMs.set(id, world.time.nowMs());
  return money.review(id);
}

async function sendAgain(world: World, desk: Desk, intent: Intent): Promise<void> {
  await confirm(world, desk.money, draw(world, desk.money, intent.id), {}, true);
}

async function confirm(
  { confirming, time }: World,
  money: Money,
  { intent, reviewHash }: IntentReview,
  change: object,
  isHonest: boolean,
): Promise<Intent> {
  const typed = intent.address?.slice(-6) ?? null;
  return confirming.run({ intentId: intent.id, isHonest, window: money, atMs: time.nowMs() }, () =>
    money.confirm({ id: intent.id, reviewHash, typed, ...change }),
  );
}
