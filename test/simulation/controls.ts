import { AppError } from '#shared/errors.ts';
import type { JournaledIntent } from '../../src/main/storage/records/intents-repo.ts';
import type { Desk } from './desk.ts';
import { isDone, type LedgerEntry } from './service.ts';
import { addresses } from './wishes.ts';
import { isOwn, numberOf, type World } from './world.ts';

const COOLING_MS = 60_000;
/** One of the usual payments, and not a second. */
const DAILY_SATS = 20_000_000;
const DAY_MS = 24 * 3_600_000;
/** What is counted to the second, nobody needs to know. */
const GRACE_MS = 60_000;

/** Payment controls beside approvals: what is true of them, whatever the app knows. */
export type Controls = {
  /** When an address was put into the book first, and how often the app had died by then. */
  added: Map<string, { atMs: number; crashes: number }>;
};

/** Only addresses of the book are paid, after a while, and so much a day. */
export async function setControls(world: World, { guards }: Desk): Promise<void> {
  const asked = { addressBookOnly: true, coolingMs: COOLING_MS, maxDailySats: DAILY_SATS };
  await guards.savePolicy({ policy: { ...guards.policy(), ...asked } });
  world.controls = { added: new Map() };
}

export async function addPayees(world: World, desk: Desk): Promise<void> {
  const { controls, time, crashes, random } = world;
  if (!controls) return;
  for (const address of addresses) {
    if (!desk.isAlive() || desk.isDamaged) return;
    const atMs = time.nowMs();
    try {
      await desk.guards.addToBook({ address, label: address.slice(-4) });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
    const isListed =
      desk.isAlive() && desk.guards.listBook().some((row) => row.address === address);
    if (isListed && !controls.added.has(address)) controls.added.set(address, { atMs, crashes });
  }
  // Who does not want to wait sets the machine's clock.
  if (!random.chance(0.5)) return;
  world.localOffsetMs += DAY_MS;
  world.hasSetClocks = true;
}

/** Holds a payment that leaves against what is true of the controls. */
export function checkControls(
  world: World,
  row: JournaledIntent,
  isKnown: (entry: LedgerEntry) => boolean,
): void {
  const { controls, time, report, crashes, hasSetClocks, isServiceClockSet, service } = world;
  if (!controls) return;
  const name = `#${numberOf(world, row.id)}`;
  const added = controls.added.get(row.address ?? '');
  if (!added) return report('unapproved', `${name} leaves for an address that is not in the book`);
  // Time that only the service tells, or that passed while two clocks were set, shows nothing.
  const isTimed = !isServiceClockSet && (!hasSetClocks || crashes === added.crashes);
  if (isTimed && time.nowMs() - added.atMs < COOLING_MS - 5000) {
    report('unapproved', `${name} leaves for an address that was added just now`);
  }
  const paidSats = service.ledger
    .filter(
      (entry) =>
        entry.kind === 'withdrawal' &&
        isDone(entry) &&
        entry.intentId !== row.id &&
        isCounted(world, entry, isKnown) &&
        time.nowMs() - entry.executedAtMs < DAY_MS - GRACE_MS,
    )
    .reduce((sum, { amountSats }) => sum + amountSats, 0);
  if (paidSats + (row.amountSats ?? 0) > DAILY_SATS) {
    report('overspent', `${name} leaves, and ${paidSats} satoshis of the day have left before`);
  }
}

/** One's own that a person took for not carried out counts again only once the history shows it. */
function isCounted(
  world: World,
  entry: LedgerEntry,
  isKnown: (entry: LedgerEntry) => boolean,
): boolean {
  const told = world.acknowledged.get(entry.intentId ?? '')?.state;
  return told === 'confirmed' || (!isOwn(world, entry) && isKnown(entry));
}
