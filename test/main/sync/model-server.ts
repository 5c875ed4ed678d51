import type { PageSlot, RemoteClient, RemoteTransaction } from '../../../src/main/bitpro/wire.ts';
import { AppError } from '../../../src/shared/errors.ts';

const PAGE = 25;

/**
 * What the reference says of histories, and no more: newest first, 25 a page, new rows on top. `beforeRequest`
 * runs before each answer is drawn up, and may add rows or throw. `travel` is the way of a page's request and of
 * its answer, so that pages asked for at once may be drawn up and arrive in any order.
 */
export class ModelServer {
  readonly histories = new Map<string, RemoteTransaction[]>();
  readonly addresses = new Map<string, string>();
  /** Rows that are answered in a form that cannot be used, by tid. */
  readonly unusable = new Map<string, PageSlot>();
  /** Balances that are not what the history comes to. */
  readonly balances = new Map<string, number>();
  readonly requests: string[] = [];
  beforeRequest: (request: string) => void = () => {};
  travel: () => Promise<unknown> = () => Promise.resolve();
  #nextTid = 1;

  addClient(uid: string): void {
    this.histories.set(uid, []);
    this.addresses.set(uid, `address of ${uid}`);
  }

  /** A new row on top of the history. */
  add(uid: string, row: Partial<RemoteTransaction> = {}): RemoteTransaction {
    const tid = String(this.#nextTid++);
    const history = this.#history(uid);
    const sent: RemoteTransaction = {
      tid,
      type: 'buy',
      amountSats: Number(tid),
      createdAtMs: history[0]?.createdAtMs ?? 1_490_000_000_000,
      txId: null,
      address: null,
      state: null,
      confirmations: null,
      ...row,
    };
    history.unshift(sent);
    return sent;
  }

  /** Changes a row in place, as the server does while it settles. */
  change(uid: string, tid: string, patch: Partial<RemoteTransaction>): void {
    const row = this.#history(uid).find((each) => each.tid === tid);
    if (!row) throw new Error(`no row ${tid}`);
    Object.assign(row, patch);
  }

  async getClient(uid: string, signal?: AbortSignal): Promise<RemoteClient> {
    this.#arrive(`client ${uid}`, signal);
    const history = this.#history(uid);
    const balanceSats = history.reduce((sum, { type, amountSats, confirmations }) => {
      if (type === 'withdrawal') return sum - amountSats;
      return type === 'deposit' && (confirmations ?? 0) < 6 ? sum : sum + amountSats;
    }, 0);
    const depositAddress = this.addresses.get(uid) ?? '';
    const told = this.balances.get(uid) ?? balanceSats;
    return { uid, depositAddress, balanceSats: told, unconfirmedSats: 0 };
  }

  async transactions(
    uid: string,
    page: number,
    signal?: AbortSignal,
  ): Promise<RemoteTransaction[]> {
    await this.travel();
    this.#arrive(`page ${uid} ${page}`, signal);
    const rows = this.#history(uid).slice((page - 1) * PAGE, page * PAGE);
    const answer = rows.map((row) => ({ ...row }));
    await this.travel();
    return answer;
  }

  async historyPage(uid: string, page: number, signal?: AbortSignal): Promise<PageSlot[]> {
    const rows = await this.transactions(uid, page, signal);
    return rows.map((row) => this.unusable.get(row.tid) ?? { row, problem: null });
  }

  async transaction(uid: string, tid: string, signal?: AbortSignal): Promise<RemoteTransaction> {
    this.#arrive(`row ${uid} ${tid}`, signal);
    const row = this.#history(uid).find((each) => each.tid === tid);
    if (!row) throw new AppError('not_found', 'Not found');
    return { ...row };
  }

  #arrive(request: string, signal?: AbortSignal): void {
    signal?.throwIfAborted();
    this.requests.push(request);
    this.beforeRequest(request);
  }

  #history(uid: string): RemoteTransaction[] {
    const history = this.histories.get(uid);
    if (!history) throw new AppError('not_found', 'Not found');
    return history;
  }
}
