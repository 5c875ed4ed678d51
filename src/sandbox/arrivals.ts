import { deriveFraction } from './derive.ts';
import type { Ledger } from './ledger.ts';
import type { SandboxSettings } from './options.ts';
import type { StateStore } from './state-store.ts';

type ArrivalConfig = Pick<SandboxSettings, 'seed' | 'deposits' | 'depositEveryMs'>;

/** After a long absence this many deposits wait, not hundreds. */
const mostMissed = 3;

/** A new client need not wait long to see its first deposit. */
const firstDepositMs = 20_000;

/**
 * Records the deposits that have become due by `nowMs`. There is no timer: what time brings is
 * worked out when somebody looks.
 */
export function receiveDueDeposits(
  ledger: Ledger,
  store: StateStore,
  config: ArrivalConfig,
  nowMs: number,
): void {
  if (config.deposits === 'none' || ledger.clients.length === 0) return;
  const { state } = store;
  if (state.nextDepositAtMs === 0) schedule(store, nowMs + config.depositEveryMs);
  const oldestMs = nowMs - mostMissed * config.depositEveryMs;
  if (state.nextDepositAtMs < oldestMs) schedule(store, oldestMs);

  while (state.nextDepositAtMs <= nowMs) {
    const dueMs = state.nextDepositAtMs;
    const fraction = (use: string) => deriveFraction(config.seed, 'arrival', use, dueMs);
    const client =
      ledger.clients.findLast(({ transactions }) => transactions.length === 0) ??
      ledger.clients[Math.floor(fraction('client') * ledger.clients.length)];
    if (client === undefined) return;
    const lastMs = client.transactions.at(-1)?.createdAtMs ?? 0;
    const amountSats = 1_000_000 + Math.floor(fraction('amount') ** 2 * 60_000_000);
    ledger.deposit(client, amountSats, Math.max(dueMs, lastMs));
    schedule(store, dueMs + Math.ceil(config.depositEveryMs * (0.5 + fraction('pause'))));
  }
}

/** Brings the next deposit forward, for a client just created. */
export function hastenNextDeposit(store: StateStore, config: ArrivalConfig, nowMs: number): void {
  if (config.deposits === 'none') return;
  const soonMs = nowMs + firstDepositMs;
  const { nextDepositAtMs } = store.state;
  if (nextDepositAtMs === 0 || nextDepositAtMs > soonMs) schedule(store, soonMs);
}

function schedule(store: StateStore, atMs: number): void {
  store.state.nextDepositAtMs = atMs;
  store.markChanged();
}
