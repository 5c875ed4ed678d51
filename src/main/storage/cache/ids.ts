import type { RunResult } from 'better-sqlite3';
import { transactionTypes, type TransactionType } from '#shared/domain/transaction.ts';
import type { CacheDb } from '../open.ts';
import { statements } from '../statements.ts';

/** The small integers the cache writes instead of texts. They mean nothing outside of one cache file. */
const prepared = statements((db: CacheDb) => ({
  findClient: db.prepare<[string], number>('SELECT id FROM clients WHERE uid = ?').pluck(),
  addClient: db.prepare<[string]>('INSERT INTO clients (uid) VALUES (?)'),
  findState: db.prepare<[string], number>('SELECT id FROM states WHERE name = ?').pluck(),
  addState: db.prepare<[string]>('INSERT INTO states (name) VALUES (?)'),
  findAddress: db.prepare<[string], number>('SELECT id FROM addresses WHERE address = ?').pluck(),
  addAddress: db.prepare<[string]>('INSERT INTO addresses (address) VALUES (?)'),
}));

/** A client of the cache stays, under its id; it is asked for with every step of a reading. */
const clientIds = new WeakMap<CacheDb, Map<string, number>>();

/** Null when the cache holds nothing of this client. */
export function findClientId(db: CacheDb, uid: string): number | null {
  const known = clientIds.get(db) ?? new Map<string, number>();
  const id = known.get(uid) ?? prepared(db).findClient.get(uid) ?? null;
  // What an open transaction wrote may be undone.
  if (id !== null && !db.inTransaction) clientIds.set(db, known.set(uid, id));
  return id;
}

/** To be called inside a writing transaction. */
export function ensureClientId(db: CacheDb, uid: string): number {
  return findClientId(db, uid) ?? idOf(prepared(db).addClient.run(uid));
}

/** To be called inside a writing transaction. */
export function ensureStateId(db: CacheDb, name: string | null): number | null {
  if (name === null) return null;
  return prepared(db).findState.get(name) ?? idOf(prepared(db).addState.run(name));
}

/** To be called inside a writing transaction. */
export function ensureAddressId(db: CacheDb, address: string | null): number | null {
  if (address === null) return null;
  return prepared(db).findAddress.get(address) ?? idOf(prepared(db).addAddress.run(address));
}

function idOf({ lastInsertRowid }: RunResult): number {
  return Number(lastInsertRowid);
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
