import { scriptHashAddress } from './addresses.ts';
import { deriveBytes } from './derive.ts';
import type { SandboxSettings } from './options.ts';
import type { StateStore } from './state-store.ts';
import type { Buy, Client, Deposit, Transaction, Withdrawal } from './state.ts';

/** Clients and their transactions. Checks nothing: `rules.ts` decides what may be recorded. */
export class Ledger {
  readonly #store: StateStore;
  readonly #settings: Pick<SandboxSettings, 'seed' | 'network'>;

  constructor(store: StateStore, settings: Pick<SandboxSettings, 'seed' | 'network'>) {
    this.#store = store;
    this.#settings = settings;
  }

  get clients(): readonly Client[] {
    return this.#store.state.clients;
  }

  /** Undefined for an unknown uid and for another merchant's client alike. */
  clientOf(apiKey: string, uid: string): Client | undefined {
    return this.clients.find((client) => client.uid === uid && client.apiKey === apiKey);
  }

  createClient(apiKey: string): Client {
    const { seed, network } = this.#settings;
    const uid = this.#freeUid();
    const scriptHash = deriveBytes(seed, 'deposit address', uid).subarray(0, 20);
    const bitcoinAddress = scriptHashAddress(scriptHash, network);
    const client: Client = { apiKey, uid, bitcoinAddress, transactions: [] };
    this.#store.state.clients.push(client);
    this.#store.markChanged();
    return client;
  }

  buy(client: Client, amountSats: number, createdAtMs: number): Buy {
    const tid = this.#freeTid(client);
    return this.#append(client, { tid, type: 'bitcoin_buy', amountSats, createdAtMs });
  }

  deposit(client: Client, amountSats: number, createdAtMs: number): Deposit {
    return this.#append(client, {
      ...this.#chainFields(client),
      type: 'bitcoin_deposit',
      amountSats,
      createdAtMs,
      progressFromMs: createdAtMs,
    });
  }

  withdraw(client: Client, amountSats: number, address: string, createdAtMs: number): Withdrawal {
    return this.#append(client, {
      ...this.#chainFields(client),
      type: 'bitcoin_withdrawal',
      amountSats,
      address,
      createdAtMs,
      progressFromMs: createdAtMs,
    });
  }

  /**
   * Lets confirmations, withdrawal states and coming deposits move on by `ms`, without touching
   * the clock that signatures are checked against.
   */
  advance(ms: number): void {
    const { state } = this.#store;
    for (const { transactions } of state.clients) {
      for (const transaction of transactions) {
        if (transaction.type !== 'bitcoin_buy') transaction.progressFromMs -= ms;
      }
    }
    state.nextDepositAtMs -= ms;
    this.#store.markChanged();
  }

  #append<T extends Transaction>(client: Client, transaction: T): T {
    client.transactions.push(transaction);
    this.#store.markChanged();
    return transaction;
  }

  #chainFields(client: Client): { tid: string; txId: string } {
    const tid = this.#freeTid(client);
    return { tid, txId: deriveBytes(this.#settings.seed, client.uid, tid).toString('hex') };
  }

  #freeUid(): string {
    for (let attempt = this.clients.length; ; attempt++) {
      const number =
        100_000 + (deriveBytes(this.#settings.seed, 'uid', attempt).readUInt32BE() % 900_000);
      const uid = `BT-C${number}`;
      if (!this.clients.some((client) => client.uid === uid)) return uid;
    }
  }

  /**
   * The same tids come up under every client, and in no order of time: the reference shows one
   * under two clients, and a reader that takes them for unique or sorted must fail here first.
   */
  #freeTid(client: Client): string {
    for (let attempt = client.transactions.length; ; attempt++) {
      const random = deriveBytes(this.#settings.seed, 'tid', attempt).readUInt32BE();
      const tid = String(3_000_000 + (random % 96_000_000));
      if (!client.transactions.some((transaction) => transaction.tid === tid)) return tid;
    }
  }
}
