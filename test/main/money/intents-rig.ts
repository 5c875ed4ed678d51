import type { Draft, IntentState } from '#shared/domain/intent.ts';
import type { PostOutcome } from '../../../src/main/bitpro/poster.ts';
import { ModelServer } from '../sync/model-server.ts';
import {
  BUY,
  CLIENT,
  DEPOSIT_ADDRESS,
  NOW_MS,
  openDesk,
  RATE,
  service,
  setSettleDelay,
  WITHDRAWAL,
  type Desk,
} from './fixture.ts';

/** What happens to a POST, and when it is told. */
export const fates = [
  'confirmed',
  'refused',
  'lost before',
  'lost after',
  'contradicted',
  'waits before',
  'waits after',
] as const;
export type Fate = (typeof fates)[number];

export const endOf: Record<Fate, IntentState> = {
  confirmed: 'confirmed',
  refused: 'rejected',
  'lost before': 'unknown',
  'lost after': 'unknown',
  contradicted: 'needs_human',
  'waits before': 'sent',
  'waits after': 'sent',
};

export function isExecuted(fate: Fate): boolean {
  return !['refused', 'lost before', 'waits before'].includes(fate);
}

const reason = 'Paid again on purpose';
/** Two payments to one address, two buys that could be taken for each other, and a new client. */
export const drafts: readonly Draft[] = [
  { ...WITHDRAWAL, reason },
  { ...WITHDRAWAL, amountBtc: '0.13', reason },
  { ...BUY, reason },
  { ...BUY, amountUsd: '1510', reason },
  { kind: 'create_client', label: 'Bob' },
];

export const SETTLE_DELAY_MS = 5 * 60_000;
export const QUOTE_MS = 60_000;
const BUY_SATS = 122_438_984;
/** Was there before anything was sent. */
const OLD_TID = '1';
const OLD_MS = NOW_MS - 60_000;

export type Rig = ReturnType<typeof createRig>;

/** The app's money code over a real database, and a service that does to each POST what a test decides. */
export function createRig() {
  const server = new ModelServer();
  server.addClient(CLIENT);
  server.add(CLIENT, { type: 'deposit', amountSats: 1, createdAtMs: OLD_MS });
  /** What the service did for a draft last: a tid, or the uid of a new client. */
  const executed = new Map<Draft, string>();
  const waiting = new Map<Draft, (fate: Fate) => void>();
  const posts: Draft[] = [];
  const windows: Desk[] = [];
  let nowMs = NOW_MS;
  let fate: Fate = 'confirmed';
  let isWaiting = () => {};

  async function post<T>(
    draft: Draft,
    execute: (isWrong: boolean) => string,
    accepted: (done: string, isWrong: boolean) => T,
  ): Promise<PostOutcome<T>> {
    posts.push(draft);
    const isWrong = fate === 'contradicted';
    const done = isExecuted(fate) ? execute(isWrong) : '';
    if (done !== '') executed.set(draft, done);
    const told = endOf[fate] === 'sent' ? await later(draft) : fate;
    if (told === 'confirmed' || told === 'contradicted') {
      return { kind: 'accepted', value: accepted(done, isWrong) };
    }
    return told === 'refused'
      ? { kind: 'rejected', error: { code: 'unauthorized', message: 'No.', retryable: false } }
      : { kind: 'unknown', reason: 'The connection was lost.' };
  }

  function later(draft: Draft): Promise<Fate> {
    const answer = new Promise<Fate>((resolve) => waiting.set(draft, resolve));
    isWaiting();
    return answer;
  }

  const client = service({
    transactions: (...page) => server.transactions(...page),
    transaction: (...key) => server.transaction(...key),
    getClient: async (uid) => newClient(uid),
    withdraw: (_uid, { address, amountSats }) =>
      post(
        draftOf(
          (draft) => draft.kind === 'withdrawal' && isAmount(draft.amountBtc, amountSats, 1e8),
        ),
        (isWrong) =>
          server.add(CLIENT, {
            type: 'withdrawal',
            address,
            amountSats: amountSats + Number(isWrong),
            createdAtMs: nowMs,
          }).tid,
        (tid, isWrong) => ({
          tid,
          address,
          amountSats: amountSats + Number(isWrong),
          createdAtMs: nowMs,
          txId: null,
          state: 'pending',
        }),
      ),
    buy: (_uid, usdCents) =>
      post(
        draftOf((draft) => draft.kind === 'buy' && isAmount(draft.amountUsd, usdCents, 100)),
        () => server.add(CLIENT, { type: 'buy', amountSats: BUY_SATS, createdAtMs: nowMs }).tid,
        (tid, isWrong) => ({
          tid: isWrong ? OLD_TID : tid,
          amountSats: BUY_SATS,
          createdAtMs: isWrong ? OLD_MS : nowMs,
        }),
      ),
    createClient: () =>
      post(
        draftOf(({ kind }) => kind === 'create_client'),
        () => `BT-C${posts.length}`,
        (uid, isWrong) => newClient(isWrong ? CLIENT : uid),
      ),
  });

  function enter(desk: Desk): Desk {
    const { world } = desk;
    world.nowMs = nowMs;
    setSettleDelay(desk, SETTLE_DELAY_MS / 60_000);
    world.onRefresh = () => {
      world.rate = { ...RATE, observedAtMs: world.nowMs, timeExpiresMs: world.nowMs + QUOTE_MS };
    };
    windows.push(desk);
    return desk;
  }

  return {
    posts,
    executed,
    desk: enter(openDesk(client)),
    nowMs: () => nowMs,

    decide(next: Fate): void {
      fate = next;
    },

    /** Resolves when the next POST has reached the service and its answer is kept waiting. */
    nextWaiting: (): Promise<void> => new Promise((resolve) => (isWaiting = resolve)),

    /** Tells the app what it waits for. False when it does not wait. */
    tell(draft: Draft, told: Fate): boolean {
      const resolve = waiting.get(draft);
      waiting.delete(draft);
      resolve?.(told);
      return resolve !== undefined;
    },

    /** A second window, on a connection of its own. */
    twin(): Desk {
      return enter(this.desk.twin());
    },

    passTime(ms: number): void {
      nowMs += ms;
      for (const { world } of windows) world.nowMs = nowMs;
    },

    /** The process dies with all its windows; what it waited for comes when nobody is there any more. */
    async crash(): Promise<void> {
      for (const { records } of windows.splice(0)) records.close();
      this.desk = enter(this.desk.restart());
      for (const draft of waiting.keys()) this.tell(draft, 'confirmed');
      await turn();
    },

    close(): void {
      for (const { records } of windows) records.close();
    },
  };
}

/** Everything that is not kept waiting has happened. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function newClient(uid: string) {
  return { uid, depositAddress: DEPOSIT_ADDRESS, balanceSats: 0, unconfirmedSats: 0 };
}

function draftOf(isMeant: (draft: Draft) => boolean): Draft {
  const draft = drafts.find(isMeant);
  if (draft) return draft;
  throw new Error('A POST that no draft asked for');
}

function isAmount(text: string, units: number, unitsEach: number): boolean {
  return Math.round(Number(text) * unitsEach) === units;
}
