import type { Network } from './addresses.ts';

/** The emulator's whole memory, as it lies in the state file. Amounts in satoshis, times in ms. */
export interface SandboxState {
  network: Network;
  clients: Client[];
  /** Signatures of POSTs already taken, each with the time when its Date leaves the window. */
  usedSignatures: Map<string, number>;
  /** When the next deposit arrives by itself. */
  nextDepositAtMs: number;
}

export interface Client {
  /** The merchant it belongs to. */
  apiKey: string;
  uid: string;
  bitcoinAddress: string;
  /** Oldest first. */
  transactions: Transaction[];
}

export type Transaction = Deposit | Buy | Withdrawal;

interface TransactionCore {
  /** Unique within its client only (api-readings.md 24). */
  tid: string;
  /** Never negative; the type gives the direction. */
  amountSats: number;
  createdAtMs: number;
}

export interface Deposit extends TransactionCore {
  type: 'bitcoin_deposit';
  txId: string;
  /** Confirmations are counted from here. */
  progressFromMs: number;
}

export interface Buy extends TransactionCore {
  type: 'bitcoin_buy';
}

export interface Withdrawal extends TransactionCore {
  type: 'bitcoin_withdrawal';
  txId: string;
  address: string;
  /** The states follow one another from here. */
  progressFromMs: number;
}

export function emptyState(network: Network): SandboxState {
  return { network, clients: [], usedSignatures: new Map(), nextDepositAtMs: 0 };
}

const version = 1;

export function serializeState(state: SandboxState): string {
  const usedSignatures = Object.fromEntries(state.usedSignatures);
  return `${JSON.stringify({ version, ...state, usedSignatures })}\n`;
}

/** @throws Error when the text is not a whole state of this version. */
export function parseState(text: string): SandboxState {
  const root = asRecord(JSON.parse(text));
  if (root['version'] !== version) throw new Error(`version ${String(root['version'])} is unknown`);
  const network = root['network'];
  if (network !== 'testnet' && network !== 'mainnet') throw new Error('network is unknown');
  return {
    network,
    clients: asArray(root['clients']).map(readClient),
    usedSignatures: new Map(
      Object.entries(asRecord(root['usedSignatures'])).map(([key, at]) => [key, asInteger(at)]),
    ),
    nextDepositAtMs: asInteger(root['nextDepositAtMs']),
  };
}

function readClient(value: unknown): Client {
  const client = asRecord(value);
  return {
    apiKey: asText(client['apiKey']),
    uid: asText(client['uid']),
    bitcoinAddress: asText(client['bitcoinAddress']),
    transactions: asArray(client['transactions']).map(readTransaction),
  };
}

function readTransaction(value: unknown): Transaction {
  const row = asRecord(value);
  const core = {
    tid: asText(row['tid']),
    amountSats: asInteger(row['amountSats']),
    createdAtMs: asInteger(row['createdAtMs']),
  };
  const type = row['type'];
  if (type === 'bitcoin_buy') return { type, ...core };
  const chain = { txId: asText(row['txId']), progressFromMs: asInteger(row['progressFromMs']) };
  if (type === 'bitcoin_deposit') return { type, ...core, ...chain };
  if (type === 'bitcoin_withdrawal') {
    return { type, ...core, ...chain, address: asText(row['address']) };
  }
  throw new Error(`transaction type ${String(type)} is unknown`);
}

function asRecord(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error('an object is missing');
  }
  return { ...value };
}

function asArray(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new Error('a list is missing');
  return value;
}

function asText(value: unknown): string {
  if (typeof value !== 'string') throw new Error('a text is missing');
  return value;
}

function asInteger(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) {
    throw new Error('a whole number is missing');
  }
  return value;
}
