import { openIntentStates } from '#shared/domain/intent.ts';
import type { ClientView } from '#shared/domain/client.ts';
import { getBalance, listBalances } from './cache/balances-repo.ts';
import { reconcileHolding } from '#shared/reconcile.ts';
import { getCoverage, listCoverage } from './cache/coverage-repo.ts';
import { getBalanceSums, listBalanceSums, NO_SUMS, type BalanceSums } from './cache/totals-repo.ts';
import type { CacheDb, RecordsDb } from './open.ts';
import {
  getRegisteredClient,
  listRegisteredClients,
  type RegisteredClient,
} from './records/clients-repo.ts';
import { statements } from './statements.ts';

const openStates = openIntentStates.map((state) => `'${state}'`).join(', ');

const prepared = statements((db: RecordsDb) => ({
  openIntents: db.prepare<[], { clientUid: string; count: number }>(
    `SELECT client_uid AS clientUid, count(*) AS count FROM intents
     WHERE state IN (${openStates}) AND client_uid IS NOT NULL GROUP BY client_uid`,
  ),
}));

function countOpenIntents(records: RecordsDb): Map<string, number> {
  const rows = prepared(records).openIntents.all();
  return new Map(rows.map(({ clientUid, count }) => [clientUid, count]));
}

/** A client as the databases know it; whether its addresses can be used is judged by clients/deposit-addresses.ts. */
export type StoredClientView = Omit<ClientView, 'addressProblem' | 'conflictProblem'>;

function toView(
  client: RegisteredClient,
  figures: Pick<ClientView, 'balance' | 'history' | 'openIntents'>,
  sums: BalanceSums,
): StoredClientView {
  const { uid, label, archived, addedAtMs, depositAddress, conflictingAddress } = client;
  const { balance, history } = figures;
  const balanceSats = balance?.balanceSats ?? null;
  const holding = { ...sums, balanceSats, historyComplete: history.complete };
  return {
    uid,
    label,
    archived,
    addedAtMs,
    depositAddress,
    conflictingAddress,
    ...figures,
    reconciliation: reconcileHolding(holding),
  };
}

/** Every client of the registry with its last known figures, newest entry first. */
export function clientViews(records: RecordsDb, cache: CacheDb): StoredClientView[] {
  const balances = listBalances(cache);
  const coverage = listCoverage(cache);
  const openIntents = countOpenIntents(records);
  const sums = listBalanceSums(cache);
  return listRegisteredClients(records).map((client) =>
    toView(
      client,
      {
        balance: balances.get(client.uid) ?? null,
        history: coverage.get(client.uid) ?? getCoverage(cache, client.uid),
        openIntents: openIntents.get(client.uid) ?? 0,
      },
      sums.get(client.uid) ?? NO_SUMS,
    ),
  );
}

/** Null when the uid is not in the registry. */
export function clientView(
  records: RecordsDb,
  cache: CacheDb,
  uid: string,
): StoredClientView | null {
  const client = getRegisteredClient(records, uid);
  if (!client) return null;
  const balance = getBalance(cache, uid);
  const openIntents = countOpenIntents(records).get(uid) ?? 0;
  const figures = { balance, history: getCoverage(cache, uid), openIntents };
  return toView(client, figures, getBalanceSums(cache, uid));
}
