import { addressKey } from '#shared/address-text.ts';
import type { RecordsDb } from '../open.ts';
import { statements } from '../statements.ts';

export type ClientSource = 'created' | 'added' | 'imported';

/** A registry entry: what the app alone knows of a client, and the address it must keep an eye on. */
export type RegisteredClient = {
  uid: string;
  label: string;
  archived: boolean;
  source: ClientSource;
  addedAtMs: number;
  /** First seen. */
  depositAddress: string | null;
  /** Another one the service reported since. */
  conflictingAddress: string | null;
};

export type NewClient = {
  uid: string;
  label: string;
  source: ClientSource;
  addedAtMs: number;
  depositAddress?: string | null;
};

type ClientColumns = Omit<RegisteredClient, 'archived'> & { archived: number };

const columns = `uid, label, archived, source, added_at_ms AS addedAtMs,
  deposit_address AS depositAddress, conflicting_address AS conflictingAddress`;

const prepared = statements((db: RecordsDb) => ({
  get: db.prepare<[string], ClientColumns>(`SELECT ${columns} FROM clients WHERE uid = ?`),
  list: db.prepare<[], ClientColumns>(
    `SELECT ${columns} FROM clients ORDER BY added_at_ms DESC, uid`,
  ),
  uids: db.prepare<[], string>('SELECT uid FROM clients').pluck(),
  // COLLATE NOCASE finds bech32 however it is written, and too much of Base58: that is sorted out after it.
  byAddress: db.prepare<[{ address: string }], ClientColumns>(
    `SELECT ${columns} FROM clients
     WHERE deposit_address = :address COLLATE NOCASE OR conflicting_address = :address COLLATE NOCASE
     ORDER BY uid`,
  ),
  active: db
    .prepare<[], string>(
      'SELECT uid FROM clients WHERE archived = 0 ORDER BY added_at_ms DESC, uid',
    )
    .pluck(),
  insert: db.prepare<[NewClient]>(
    `INSERT INTO clients (uid, label, source, added_at_ms, deposit_address)
     VALUES (:uid, :label, :source, :addedAtMs, :depositAddress) ON CONFLICT (uid) DO NOTHING`,
  ),
  label: db.prepare<[string, string]>('UPDATE clients SET label = ? WHERE uid = ?'),
  remove: db.prepare<[string]>('DELETE FROM clients WHERE uid = ?'),
  intentOf: db.prepare<[string], number>('SELECT 1 FROM intents WHERE client_uid = ? LIMIT 1'),
  archive: db.prepare<[number, string]>('UPDATE clients SET archived = ? WHERE uid = ?'),
  setAddress: db.prepare<[string, string]>(
    'UPDATE clients SET deposit_address = ?, conflicting_address = NULL WHERE uid = ?',
  ),
  setConflict: db.prepare<[string, string]>(
    'UPDATE clients SET conflicting_address = ? WHERE uid = ?',
  ),
}));

function toClient(row: ClientColumns): RegisteredClient {
  return { ...row, archived: row.archived === 1 };
}

export function getRegisteredClient(db: RecordsDb, uid: string): RegisteredClient | null {
  const row = prepared(db).get.get(uid);
  return row ? toClient(row) : null;
}

/** Newest first. */
export function listRegisteredClients(db: RecordsDb): RegisteredClient[] {
  return prepared(db).list.all().map(toClient);
}

export function listRegisteredUids(db: RecordsDb): string[] {
  return prepared(db).uids.all();
}

/** Whose deposit address it is, or is reported to be. */
export function findClientsByAddress(db: RecordsDb, address: string): RegisteredClient[] {
  const key = addressKey(address);
  const isIt = (other: string | null) => other !== null && addressKey(other) === key;
  return prepared(db)
    .byAddress.all({ address })
    .map(toClient)
    .filter((client) => isIt(client.depositAddress) || isIt(client.conflictingAddress));
}

/** Uids of those that are read, newest entry first. */
export function listActiveUids(db: RecordsDb): string[] {
  return prepared(db).active.all();
}

/** False, and nothing changed, when the uid is in the registry already. */
export function registerClient(db: RecordsDb, client: NewClient): boolean {
  return prepared(db).insert.run({ depositAddress: null, ...client }).changes === 1;
}

/** How many of the clients were new; all of them or none are written. */
export function registerClients(db: RecordsDb, clients: readonly NewClient[]): number {
  const registerAll = db.transaction(
    () => clients.filter((client) => registerClient(db, client)).length,
  );
  return registerAll.immediate();
}

/** Any request of this client was ever journaled. */
export function hasIntents(db: RecordsDb, uid: string): boolean {
  return prepared(db).intentOf.get(uid) !== undefined;
}

export function removeClient(db: RecordsDb, uid: string): void {
  prepared(db).remove.run(uid);
}

/** False when the uid is not in the registry. */
export function labelClient(db: RecordsDb, uid: string, label: string): boolean {
  return prepared(db).label.run(label, uid).changes === 1;
}

/** False when the uid is not in the registry. */
export function archiveClient(db: RecordsDb, uid: string, archived: boolean): boolean {
  return prepared(db).archive.run(archived ? 1 : 0, uid).changes === 1;
}

/**
 * Holds a reported deposit address against the first seen one. A differing address is kept beside it until the
 * operator decides (`acceptAddress`); the known one is never replaced here.
 */
export function observeAddress(
  db: RecordsDb,
  uid: string,
  address: string,
): 'first' | 'same' | 'conflict' | 'unregistered' {
  // Nearly always it is the same, and a look takes no lock.
  if (prepared(db).get.get(uid)?.depositAddress === address) return 'same';
  const observe = db.transaction(() => {
    const client = prepared(db).get.get(uid);
    if (!client) return 'unregistered';
    if (client.depositAddress === address) return 'same';
    if (client.depositAddress === null) {
      prepared(db).setAddress.run(address, uid);
      return 'first';
    }
    if (client.conflictingAddress !== address) prepared(db).setConflict.run(address, uid);
    return 'conflict';
  });
  return observe.immediate();
}

/** Addresses of clients that had none yet, by uid, in one transaction: each by itself would wait for the disk. */
export function observeAddresses(db: RecordsDb, addresses: ReadonlyMap<string, string>): void {
  const observe = db.transaction(() => {
    for (const [uid, address] of addresses) observeAddress(db, uid, address);
  });
  observe.immediate();
}

/** The operator's decision for either of two differing addresses. False when it is neither of them. */
export function acceptAddress(db: RecordsDb, uid: string, address: string): boolean {
  const accept = db.transaction(() => {
    const client = prepared(db).get.get(uid);
    if (!client || client.conflictingAddress === null) return false;
    if (![client.depositAddress, client.conflictingAddress].includes(address)) return false;
    prepared(db).setAddress.run(address, uid);
    return true;
  });
  return accept.immediate();
}
