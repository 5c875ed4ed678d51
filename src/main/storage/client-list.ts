import { addressKey } from '#shared/address-text.ts';
import type {
  ClientAttention,
  ClientsPage,
  ClientsQuery,
  ClientsReading,
  ClientView,
} from '#shared/domain/client.ts';
import type { Network } from '#shared/domain/profile.ts';
import { reconcileHolding } from '#shared/reconcile.ts';
import { holds, readSearchText } from '#shared/search-text.ts';
import { addressFault, type AddressFault } from '../bitcoin/address-fault.ts';
import { depositAddressProblem } from '../bitcoin/deposit-address.ts';
import { getCoverage } from './cache/coverage-repo.ts';
import { clientTable, type TableClient } from './client-table.ts';
import { clientViewsOf } from './client-views.ts';
import type { CacheDb } from './open.ts';
import { statements } from './statements.ts';

/**
 * The list of clients in windows, and what is said of all of them, for the query worker: at 20,000 clients to sort and to
 * judge them takes longer than main may be held.
 */

type OfNetwork = { network: Network };
type AddressProblems = Pick<ClientView, 'addressProblem' | 'conflictProblem'>;
type Table = readonly TableClient[];

const prepared = statements((db: CacheDb) => ({
  goOn: db.prepare<[], number>('SELECT go_on()').pluck(),
}));

/** The rows of a window, and what the screen around them says of all that were found. */
export function clientsPage(db: CacheDb, query: ClientsQuery & OfNetwork): ClientsPage {
  const { limit, find, network } = query;
  const table = clientTable(db);
  const problems = addressProblems(db, table, network);
  const found = arrangedClients(table, query);
  // A list that became shorter is shown to its end.
  const from = Math.min(query.from, Math.max(0, found.length - limit));
  const archived = table.reduce((count, client) => count + (client.archived ? 1 : 0), 0);
  return {
    rows: viewsOf(db, found.slice(from, from + limit), problems),
    from,
    found: found.length,
    foundIndex: find === null ? -1 : found.findIndex(({ uid }) => uid === find),
    active: table.length - archived,
    archived,
    needAttention: found.some((client) => needsAttention(client, problems.get(client.uid))),
  };
}

/** Every client, newest entry first. */
export function allClients(db: CacheDb, { network }: OfNetwork): ClientView[] {
  const table = clientTable(db);
  return viewsOf(db, table, addressProblems(db, table, network));
}

/** What a client is called, newest entry first, as JSON: 20,000 objects would hold main on their way through it. */
export function clientNames(db: CacheDb, _input: Record<string, never>): string {
  return JSON.stringify(clientTable(db).map(({ uid, label }) => ({ uid, label })));
}

/** How far the history of one client, or of all that are not archived, was read. */
export function clientsReading(
  db: CacheDb,
  { clientUid }: { clientUid: string | null },
): ClientsReading {
  const inView = clientTable(db).filter(({ uid, archived }) =>
    clientUid === null ? !archived : uid === clientUid,
  );
  let oldestMs = Infinity;
  let incomplete = 0;
  for (const { figures } of inView) {
    oldestMs = Math.min(oldestMs, figures.historyAsOfMs ?? -Infinity);
    if (!figures.historyComplete) incomplete += 1;
  }
  const [only] = inView;
  return {
    clients: inView.length,
    incomplete,
    oldestMs: Number.isFinite(oldestMs) ? oldestMs : null,
    only: inView.length === 1 && only ? getCoverage(db, only.uid) : null,
  };
}

/** Whose deposit address a person has to look at. Archived clients can still be paid by who knows their address. */
export function clientAttention(db: CacheDb, { network }: OfNetwork): ClientAttention[] {
  const table = clientTable(db);
  const problems = addressProblems(db, table, network);
  return table.flatMap(({ uid, label, conflictingAddress }): ClientAttention[] => {
    const { addressProblem, conflictProblem } = problems.get(uid) ?? NO_PROBLEMS;
    if (conflictingAddress !== null) {
      const why = conflictProblem ?? 'Bitpro reports another deposit address than the known one.';
      return [{ uid, label, what: 'changed', why }];
    }
    return addressProblem === null ? [] : [{ uid, label, what: 'unusable', why: addressProblem }];
  });
}

function viewsOf(
  db: CacheDb,
  clients: Table,
  problems: ReadonlyMap<string, AddressProblems>,
): ClientView[] {
  return clientViewsOf(db, clients).map((view) => ({
    ...view,
    ...(problems.get(view.uid) ?? NO_PROBLEMS),
  }));
}

function needsAttention(client: TableClient, problems: AddressProblems | undefined): boolean {
  const { conflictingAddress, openIntents, figures } = client;
  if (conflictingAddress !== null || problems?.addressProblem) return true;
  if (openIntents > 0 || figures.problem !== null || figures.hasUnusableRows) return true;
  const balanceSats = figures.balance?.balanceSats ?? null;
  return reconcileHolding({ ...figures, balanceSats }).verdict === 'differs';
}

const arrangedOf = new WeakMap<Table, { key: string; found: Table }>();

/** Found and sorted; who scrolls asks for the same again. */
function arrangedClients(table: Table, { text, archived, sort }: ClientsQuery): Table {
  const key = JSON.stringify([text, archived, sort]);
  const known = arrangedOf.get(table);
  if (known?.key === key) return known.found;
  const found = sortClients(findClients(table, { text, archived }), sort);
  arrangedOf.set(table, { key, found });
  return found;
}

/** Clients whose label, uid or deposit address holds every word of `text`, in any case. */
export function findClients<
  Client extends Pick<TableClient, 'uid' | 'label' | 'archived' | 'depositAddress'>,
>(
  clients: readonly Client[],
  { text, archived }: Pick<ClientsQuery, 'text' | 'archived'>,
): Client[] {
  const words = text.split(/\s+/).filter(Boolean).map(readSearchText);
  return clients.filter((client) => {
    if (client.archived !== archived) return false;
    if (words.length === 0) return true;
    const found = `${client.label}\n${client.uid}\n${client.depositAddress ?? ''}`;
    return words.every((word) => holds(found, word));
  });
}

const names = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

type Sorted = Pick<TableClient, 'uid' | 'label'> & {
  figures: Pick<TableClient['figures'], 'balance'>;
};

/** What was never read counts as the least; equal ones stand by name, those without a label last. */
export function sortClients<Client extends Sorted>(
  clients: readonly Client[],
  { by, descending }: ClientsQuery['sort'],
): Client[] {
  const byName = (a: Sorted, b: Sorted): number =>
    Number(a.label === '') - Number(b.label === '') ||
    names.compare(a.label, b.label) ||
    names.compare(a.uid, b.uid);
  const turned = descending ? -1 : 1;
  if (by === 'label') return clients.toSorted((a, b) => turned * byName(a, b));
  return clients.toSorted((a, b) => turned * (amountOf(a, by) - amountOf(b, by)) || byName(a, b));
}

function amountOf(
  { figures: { balance } }: Sorted,
  by: 'balance' | 'unconfirmed' | 'read',
): number {
  if (balance === null) return -1;
  if (by === 'balance') return balance.balanceSats;
  return by === 'unconfirmed' ? balance.unconfirmedSats : balance.asOfMs;
}

const NO_PROBLEMS: AddressProblems = { addressProblem: null, conflictProblem: null };

/** What an address is worth never changes, and there are only as many as clients. */
const faults: Record<Network, Map<string, AddressFault | null>> = {
  mainnet: new Map(),
  testnet: new Map(),
};

/** Addresses judged before something newer may be answered first: about 2 ms. */
const JUDGED_AT_ONCE = 200;

function faultsOf(db: CacheDb, addresses: Iterable<string>, network: Network) {
  const known = faults[network];
  let judged = 0;
  for (const address of addresses) {
    if (known.has(address)) continue;
    known.set(address, addressFault(address, network));
    judged += 1;
    if (judged % JUDGED_AT_ONCE === 0) prepared(db).goOn.get();
  }
  return known;
}

const problemsOf = new WeakMap<Table, Partial<Record<Network, Map<string, AddressProblems>>>>();

/** By uid, of clients that have any: as clients/deposit-addresses.ts judges one. */
function addressProblems(
  db: CacheDb,
  table: Table,
  network: Network,
): ReadonlyMap<string, AddressProblems> {
  const known = problemsOf.get(table) ?? {};
  problemsOf.set(table, known);
  return (known[network] ??= judgeAll(db, table, network));
}

function judgeAll(db: CacheDb, table: Table, network: Network): Map<string, AddressProblems> {
  const bearers = bearersByAddress(table);
  const faultOf = faultsOf(db, table.flatMap(addressesOf), network);
  const problemOf = (uid: string, address: string | null): string | null => {
    if (address === null) return null;
    const all = bearers.get(addressKey(address)) ?? [];
    const fault = faultOf.get(address) ?? null;
    if (fault === null && all.length === 1) return null;
    const others = all.filter((each) => each.uid !== uid);
    return depositAddressProblem(fault, network, others);
  };
  const problems = new Map<string, AddressProblems>();
  for (const { uid, depositAddress, conflictingAddress } of table) {
    const addressProblem = problemOf(uid, depositAddress);
    const conflictProblem = problemOf(uid, conflictingAddress);
    if (addressProblem !== null || conflictProblem !== null)
      problems.set(uid, { addressProblem, conflictProblem });
  }
  return problems;
}

function addressesOf({ depositAddress, conflictingAddress }: TableClient): string[] {
  return [depositAddress, conflictingAddress].filter((address) => address !== null);
}

function bearersByAddress(clients: Table): Map<string, TableClient[]> {
  const bearers = new Map<string, TableClient[]>();
  for (const client of clients) {
    for (const address of addressesOf(client)) {
      const key = addressKey(address);
      const known = bearers.get(key);
      if (known) known.push(client);
      else bearers.set(key, [client]);
    }
  }
  return bearers;
}
