import { openIntentStates } from '#shared/domain/intent.ts';
import type { ClientView } from '#shared/domain/client.ts';
import { getBalance } from './cache/balances-repo.ts';
import { reconcileHolding } from '#shared/reconcile.ts';
import { getCoverage } from './cache/coverage-repo.ts';
import { getBalanceSums, type BalanceSums } from './cache/totals-repo.ts';
import { getClientProblem, listUnusableRows } from './cache/problems-repo.ts';
import { listMissing } from './cache/removed-repo.ts';
import type { CacheDb, RecordsDb } from './open.ts';
import type { TableClient } from './client-table.ts';
import { getRegisteredClient, type RegisteredClient } from './records/clients-repo.ts';
import { statements } from './statements.ts';

/** More say nothing new. */
const MAX_UNUSABLE_SHOWN = 50;

const openStates = openIntentStates.map((state) => `'${state}'`).join(', ');

const prepared = statements((db: RecordsDb) => ({
  openIntents: db.prepare<[], { clientUid: string; count: number }>(
    `SELECT client_uid AS clientUid, count(*) AS count FROM intents
     WHERE state IN (${openStates}) AND client_uid IS NOT NULL GROUP BY client_uid`,
  ),
}));

/** Uids of clients with an intent that is not settled. */
export function clientsWithOpenIntents(records: RecordsDb): Set<string> {
  return new Set(countOpenIntents(records).keys());
}

function countOpenIntents(records: RecordsDb): Map<string, number> {
  const rows = prepared(records).openIntents.all();
  return new Map(rows.map(({ clientUid, count }) => [clientUid, count]));
}

/** A client as the databases know it; whether its addresses can be used is judged by clients/deposit-addresses.ts. */
export type StoredClientView = Omit<ClientView, 'addressProblem' | 'conflictProblem'>;

function toView(
  client: Omit<RegisteredClient, 'source'>,
  figures: Omit<StoredClientView, Exclude<keyof RegisteredClient, 'source'> | 'reconciliation'>,
  sums: BalanceSums,
): StoredClientView {
  const { uid, label, archived, addedAtMs, depositAddress, conflictingAddress } = client;
  const { balance, history } = figures;
  const balanceSats = balance?.balanceSats ?? null;
  const { depositSats, buySats, withdrawalSats, unknownRows } = sums;
  const known = { depositSats, buySats, withdrawalSats, unknownRows, balanceSats };
  return {
    uid,
    label,
    archived,
    addedAtMs,
    depositAddress,
    conflictingAddress,
    ...figures,
    reconciliation: reconcileHolding({ ...known, historyComplete: history.complete }),
  };
}

/** These clients with all that is shown of them. */
export function clientViewsOf(cache: CacheDb, clients: readonly TableClient[]): StoredClientView[] {
  return clients.map(({ figures, openIntents, ...client }) => {
    const { uid } = client;
    const history = getCoverage(cache, uid);
    const shown = { balance: figures.balance, history, openIntents, ...answersOf(cache, uid) };
    return toView(client, shown, figures);
  });
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
  const history = getCoverage(cache, uid);
  const figures = { balance, history, openIntents, ...answersOf(cache, uid) };
  return toView(client, figures, getBalanceSums(cache, uid));
}

/** What is wrong with what the service says of a client. */
function answersOf(
  cache: CacheDb,
  uid: string,
): Pick<ClientView, 'problem' | 'unusableRows' | 'removedRows'> {
  return {
    problem: getClientProblem(cache, uid),
    unusableRows: listUnusableRows(cache, uid).slice(0, MAX_UNUSABLE_SHOWN),
    removedRows: listMissing(cache, uid).filter(({ removedAtMs }) => removedAtMs !== null).length,
  };
}
