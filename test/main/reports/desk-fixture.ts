import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReportRequest } from '#shared/domain/report.ts';
import { savePage } from '../../../src/main/storage/cache/coverage-repo.ts';
import type { SentTransaction } from '../../../src/main/storage/cache/transactions-repo.ts';
import { openCache, openRecords } from '../../../src/main/storage/open.ts';
import { journalOf, NO_HISTORY } from '../money/journal-of.ts';

/** Both databases of a profile in a folder of their own. */
export function openDesk() {
  const directory = mkdtempSync(join(tmpdir(), 'bitpro-reports-'));
  const recordsPath = join(directory, 'records.sqlite');
  const cachePath = join(directory, 'cache.sqlite');
  const records = openRecords(recordsPath);
  const cache = openCache(cachePath, recordsPath);
  return {
    directory,
    recordsPath,
    cachePath,
    records,
    cache,
    close() {
      cache.close();
      records.close();
      rmSync(directory, { recursive: true });
    },
  };
}
export type Desk = ReturnType<typeof openDesk>;

export function sent(row: Partial<SentTransaction> & { tid: string }): SentTransaction {
  return {
    type: 'deposit',
    amountSats: 1,
    createdAtMs: 0,
    txId: null,
    address: null,
    state: null,
    confirmations: row.type === undefined || row.type === 'deposit' ? 6 : null,
    ...row,
  };
}

/** A whole history of fewer than 25 rows, given newest first as the service does. */
export function saveHistory(
  { cache }: Desk,
  clientUid: string,
  rows: readonly SentTransaction[],
  readAtMs: number,
): void {
  savePage(cache, { clientUid, page: 1, rows, joinsTid: null, readAtMs });
}

/** A buy made in the app, from its journal to its answer. */
export function confirmBuy(
  { records }: Desk,
  buy: {
    id: string;
    clientUid: string;
    tid: string;
    usdCents: number;
    sats: number;
    actor: string;
  },
): void {
  const journal = journalOf(
    records,
    () => 1,
    () => buy.actor,
  );
  const { id, clientUid, usdCents, sats } = buy;
  journal.journal({
    id,
    kind: 'buy',
    clientUid,
    usdCents,
    amountSats: null,
    address: null,
    label: null,
    quotedPriceCents: 122_510,
    quoteObservedAtMs: 1,
    quoteExpiresAtMs: 2,
    quoteGuardMs: null,
    expectedSats: sats,
    createdAtMs: 1,
    repeatReason: null,
  });
  journal.markSent(id, 'hash', { ...NO_HISTORY, atMs: 1 });
  journal.answer(id, {
    state: 'confirmed',
    clientUid,
    serverTid: buy.tid,
    receivedSats: sats,
    serverTxId: null,
    serverState: null,
    reason: null,
    namedTid: buy.tid,
    refusal: null,
  });
}

export function reportRequest(changes: Partial<ReportRequest> = {}): ReportRequest {
  return {
    report: 'transactions',
    fromDay: '2026-01-01',
    toDay: '2026-12-31',
    timeZone: 'UTC',
    ...changes,
  };
}

export const practice = { id: 'practice', name: 'Practice', environment: 'practice' } as const;
