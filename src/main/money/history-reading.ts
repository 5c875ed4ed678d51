import { AppError } from '#shared/errors.ts';
import type { BitproClient } from '../bitpro/client.ts';
import { MAX_BASELINE_PAGES } from '../bitpro/paging.ts';
import type { RemoteTransaction } from '../bitpro/wire.ts';
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

/**
 * Reads what the history holds now, down to some minutes below its newest row, so that whatever comes later can
 * be told from what was there. `atMs` is now, on the server's clock.
 * @throws AppError when it cannot be read: then nothing may be sent
 */
export async function readBaseline(
  client: HistoryClient,
  clientUid: string,
  atMs: number,
): Promise<Baseline> {
  const floorOf = (rows: readonly RemoteTransaction[]): number =>
    Math.min(atMs, Math.max(...rows.map(({ createdAtMs }) => createdAtMs))) - SLACK_MS;
  const { rows, problem } = await readDownTo(client, clientUid, floorOf);
  if (problem !== null) throw new AppError('bad_response', `${problem} Try again.`);
  if (rows.length === 0) return { atMs, floorMs: null, tids: new Set() };
  const floorMs = floorOf(rows);
  const covered = rows.filter(({ createdAtMs }) => createdAtMs >= floorMs);
  return { atMs, floorMs, tids: new Set(covered.map(({ tid }) => tid)) };
}

/**
 * Reads all that came since the baseline and on until the baseline is covered. A history without a transaction
 * of the baseline, or one of `knownTids`, lags behind what is known.
 * @throws AppError
 */
export async function readSince(
  client: HistoryClient,
  clientUid: string,
  { baseline, knownTids }: { baseline: Baseline; knownTids: readonly string[] },
  signal?: AbortSignal,
): Promise<HistoryRead> {
  const read = await readDownTo(client, clientUid, () => baseline.floorMs, signal);
  if (read.problem !== null) return read;
  const seen = new Set(read.rows.map(({ tid }) => tid));
  const isMissing = (tid: string): boolean => !seen.has(tid);
  if (![...baseline.tids].some(isMissing) && !knownTids.some(isMissing)) return read;
  return { ...read, problem: 'The history lags: transactions that were in it before are missing.' };
}

/** One page, for what has no baseline to read to. */
export async function readNewest(
  client: HistoryClient,
  clientUid: string,
  signal?: AbortSignal,
): Promise<HistoryRead> {
  return { rows: await client.transactions(clientUid, 1, signal), problem: null };
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
): Promise<HistoryRead> {
  const rows: RemoteTransaction[] = [];
  const byTid = new Map<string, RemoteTransaction>();
  let isOrdered = true;
  let wasShort = false;
  for (let page = 1; page <= MAX_BASELINE_PAGES; page += 1) {
    const found = await client.transactions(clientUid, page, signal);
    const before = rows.length;
    for (const row of found) {
      const known = byTid.get(row.tid);
      if (known !== undefined) {
        // Pages shift, so a row may come twice; its amount or address never changes.
        if (!isSameRow(known, row)) return { rows, problem: listedTwice(row) };
        continue;
      }
      const above = rows.at(-1);
      if (above && row.createdAtMs > above.createdAtMs + SLACK_MS) isOrdered = false;
      rows.push(row);
      byTid.set(row.tid, row);
    }
    const added = rows.length - before;
    if (wasShort && added > 0) {
      return { rows, problem: 'A page of the history ended in the middle.' };
    }
    const last = found.at(-1);
    if (!last || wasShort) return { rows, problem: null };
    if (added === 0) {
      return { rows, problem: 'The history moved while it was read.' };
    }
    const floorMs = floorOf(rows);
    if (isOrdered && floorMs !== null && last.createdAtMs < floorMs) return { rows, problem: null };
    wasShort = found.length < PAGE_ROWS;
  }
  return { rows, problem: 'The history shows no end.' };
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
