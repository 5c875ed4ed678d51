import { AppError } from '#shared/errors.ts';
import type { BitproClient } from '../bitpro/client.ts';
import { MAX_BASELINE_PAGES } from '../bitpro/paging.ts';
import type { RemoteTransaction } from '../bitpro/wire.ts';
import { mayVanish } from '../storage/cache/known-rows-repo.ts';
import type { Baseline } from '../storage/records/settling-repo.ts';

/** api-readings.md, 23. */
const PAGE_ROWS = 25;
/** Rows of one instant have no order, and a server's clock may be off its own by some minutes. */
const SLACK_MS = 15 * 60_000;

export type HistoryClient = Pick<BitproClient, 'transactions'>;

export type HistoryRead = {
  /** In the server's order, each transaction once. */
  rows: RemoteTransaction[];
  /** Why this is not all there is; null when it is. */
  problem: string | null;
};

type ReadDown = HistoryRead & { isWhole: boolean };

/** A baseline as it was read: what else is known of before is added to it. */
export type BaselineRead = Omit<Baseline, 'isWhole'> & { rows: readonly RemoteTransaction[] };

/** What a reading has to hold: rows that were listed before, and transactions that Bitpro's answers named. */
export type KnownTids = { listed: readonly string[]; answered: readonly string[] };

/** From when a baseline is, and how far it is read. */
export type BaselineReach = Pick<Baseline, 'atMs' | 'slackMs'> & {
  /** Read on to here while nothing that is read is kept already; null where that does not matter. */
  downToMs?: number | null;
  isKept?: (tid: string) => boolean;
};

/**
 * Reads what the history holds now, down to some minutes below its newest row, so that whatever comes later can
 * be told from what was there. `atMs` is now, on the server's clock; `knownSince` names what a reading down to a
 * date (null: to the end) has to hold.
 * @throws AppError when it cannot be read, or lacks what is known: then nothing may be sent
 */
export async function readBaseline(
  client: HistoryClient,
  clientUid: string,
  { atMs, slackMs, downToMs = null, isKept = () => false }: BaselineReach,
  knownSince: (floorMs: number | null) => KnownTids = () => ({ listed: [], answered: [] }),
  signal?: AbortSignal,
): Promise<BaselineRead> {
  const floorOf = (rows: readonly RemoteTransaction[]): number =>
    Math.min(atMs, newestOf(rows)) - SLACK_MS - slackMs;
  const reachOf = (rows: readonly RemoteTransaction[]): number => {
    const floorMs = floorOf(rows);
    if (downToMs === null || rows.some(({ tid }) => isKept(tid))) return floorMs;
    return Math.min(floorMs, downToMs);
  };
  const { rows, problem, isWhole } = await readDownTo(client, clientUid, reachOf, signal);
  if (problem !== null) throw new AppError('bad_response', `${problem} Try again.`);
  const floorMs = isWhole ? null : floorOf(rows);
  const { listed, answered } = knownSince(floorMs);
  const missing = missingFrom(rows, listed);
  if (missing !== null) throw new AppError('bad_response', `${missing} Try again in a moment.`);
  const unlisted = firstMissing(rows, answered);
  if (unlisted !== undefined) throw new AppError('bad_response', notListed(unlisted));
  const isCovered = (row: RemoteTransaction): boolean =>
    (floorMs === null || row.createdAtMs >= floorMs) && !mayVanish(row);
  const tids = new Set(rows.filter(isCovered).map(({ tid }) => tid));
  const older = new Set(rows.filter((row) => !isCovered(row)).map(({ tid }) => tid));
  return { atMs, floorMs, slackMs, tids, older, rows };
}

/**
 * Reads all that came since a baseline and on until that is covered, down to its floor. A history without one of
 * `knownTids` lags behind what is known.
 * @throws AppError
 */
export async function readSince(
  client: HistoryClient,
  clientUid: string,
  { floorMs, knownTids }: { floorMs: number | null; knownTids: readonly string[] },
  signal?: AbortSignal,
): Promise<HistoryRead> {
  const { rows, problem } = await readDownTo(client, clientUid, () => floorMs, signal);
  return { rows, problem: problem ?? missingFrom(rows, knownTids) };
}

/** One page, for what has no baseline to read to. */
export async function readNewest(
  client: HistoryClient,
  clientUid: string,
  signal?: AbortSignal,
): Promise<HistoryRead> {
  return { rows: await client.transactions(clientUid, 1, signal), problem: null };
}

function newestOf(rows: readonly RemoteTransaction[]): number {
  return rows.reduce((newestMs, { createdAtMs }) => Math.max(newestMs, createdAtMs), -Infinity);
}

function firstMissing(
  rows: readonly RemoteTransaction[],
  known: readonly string[],
): string | undefined {
  const seen = new Set(rows.map(({ tid }) => tid));
  return known.find((tid) => !seen.has(tid));
}

function notListed(tid: string): string {
  return (
    `Bitpro confirmed transaction ${tid}, and its history does not list it. Try again in a moment. If it stays so, ` +
    'ask Bitpro; one day after that payment the next one is sent all the same.'
  );
}

/** A reading that lacks what is known is none: null when it holds all of it. */
function missingFrom(rows: readonly RemoteTransaction[], known: readonly string[]): string | null {
  const missing = firstMissing(rows, known);
  if (missing === undefined) return null;
  return `The history lags: transactions that are known are missing, ${missing} for one.`;
}

/**
 * Page after page until one ends below the floor, or an empty one says that there are no more. New rows push
 * others to the next page, where they are met again; a short page is only the last if nothing new follows it.
 * The floor ends the reading only while the rows come newest first.
 */
async function readDownTo(
  client: HistoryClient,
  clientUid: string,
  floorOf: (rows: readonly RemoteTransaction[]) => number | null,
  signal?: AbortSignal,
): Promise<ReadDown> {
  const rows: RemoteTransaction[] = [];
  const byTid = new Map<string, RemoteTransaction>();
  const end = (problem: string | null, isWhole = false): ReadDown => ({ rows, problem, isWhole });
  let isOrdered = true;
  let wasShort = false;
  for (let page = 1; page <= MAX_BASELINE_PAGES; page += 1) {
    const found = await client.transactions(clientUid, page, signal);
    const before = rows.length;
    for (const row of found) {
      const known = byTid.get(row.tid);
      if (known !== undefined) {
        // Pages shift, so a row may come twice; its amount or address never changes.
        if (!isSameRow(known, row)) return end(listedTwice(row));
        continue;
      }
      const above = rows.at(-1);
      if (above && row.createdAtMs > above.createdAtMs + SLACK_MS) isOrdered = false;
      rows.push(row);
      byTid.set(row.tid, row);
    }
    const added = rows.length - before;
    if (wasShort && added > 0) return end('A page of the history ended in the middle.');
    const last = found.at(-1);
    if (!last || wasShort) return end(null, true);
    if (added === 0) return end('The history moved while it was read.');
    wasShort = found.length < PAGE_ROWS;
    const floorMs = floorOf(rows);
    // A short page is followed on: whether it is the last tells whether all of the history is known.
    if (!wasShort && isOrdered && floorMs !== null && last.createdAtMs < floorMs) return end(null);
  }
  return end('The history shows no end.');
}

function isSameRow(one: RemoteTransaction, other: RemoteTransaction): boolean {
  return (
    one.type === other.type &&
    one.amountSats === other.amountSats &&
    one.createdAtMs === other.createdAtMs &&
    (one.address ?? other.address) === (other.address ?? one.address)
  );
}

function listedTwice({ tid }: RemoteTransaction): string {
  return `The history lists transaction ${tid} twice, with different content.`;
}
