import { transactionTypes, type TransactionType } from '#shared/domain/transaction.ts';
import type { CacheDb } from '../open.ts';
import { statements } from '../statements.ts';

/** The small integers the cache writes instead of texts. They mean nothing outside of one cache file. */
const prepared = statements((db: CacheDb) => ({
  findClient: db.prepare<[string], number>('SELECT id FROM clients WHERE uid = ?').pluck(),
  addClient: db
    .prepare<[string], number>('INSERT INTO clients (uid) VALUES (?) RETURNING id')
    .pluck(),
  findState: db.prepare<[string], number>('SELECT id FROM states WHERE name = ?').pluck(),
  addState: db
    .prepare<[string], number>('INSERT INTO states (name) VALUES (?) RETURNING id')
    .pluck(),
  findAddress: db.prepare<[string], number>('SELECT id FROM addresses WHERE address = ?').pluck(),
  addAddress: db
    .prepare<[string], number>('INSERT INTO addresses (address) VALUES (?) RETURNING id')
    .pluck(),
  newestAddress: db.prepare<[], number>('SELECT coalesce(max(id), 0) FROM addresses').pluck(),
  indexAddresses: db.prepare<[number]>(
    `INSERT INTO address_search (rowid, address)
     SELECT id, address FROM addresses WHERE id > ? ORDER BY id`,
  ),
}));

/** Null when the cache holds nothing of this client. */
export function findClientId(db: CacheDb, uid: string): number | null {
  return prepared(db).findClient.get(uid) ?? null;
}

/** To be called inside a writing transaction. */
export function ensureClientId(db: CacheDb, uid: string): number {
  return findClientId(db, uid) ?? returned(prepared(db).addClient.get(uid));
}

/** To be called inside a writing transaction. */
export function ensureStateId(db: CacheDb, name: string | null): number | null {
  if (name === null) return null;
  return prepared(db).findState.get(name) ?? returned(prepared(db).addState.get(name));
}

/** To be called inside a writing transaction, and `indexAddressesAfter` before its end. */
export function ensureAddressId(db: CacheDb, address: string | null): number | null {
  if (address === null) return null;
  const { findAddress, addAddress } = prepared(db);
  return findAddress.get(address) ?? returned(addAddress.get(address));
}

/** 0 when there is none. */
export function newestAddressId(db: CacheDb): number {
  return prepared(db).newestAddress.get() ?? 0;
}

/** Makes addresses newer than `id` findable. */
export function indexAddressesAfter(db: CacheDb, id: number): void {
  prepared(db).indexAddresses.run(id);
}

function returned(id: number | undefined): number {
  if (id === undefined) throw new Error('INSERT … RETURNING returned nothing');
  return id;
}

export function typeToId(type: TransactionType): number {
  return transactionTypes.indexOf(type);
}

export function idToType(id: number): TransactionType {
  return transactionTypes[id] ?? 'unknown';
}

const HASH_HEX = /^[0-9a-f]{64}$/;

/** A tx id as stored: its 32 bytes where they give the same text back, else the text itself. */
export function packTxId(txId: string | null): Buffer | string | null {
  return txId !== null && HASH_HEX.test(txId) ? Buffer.from(txId, 'hex') : txId;
}

export function unpackTxId(stored: Buffer | string | null): string | null {
  return Buffer.isBuffer(stored) ? stored.toString('hex') : stored;
}
