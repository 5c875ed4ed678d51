import { scriptHashAddress } from './addresses.ts';
import { satsBought } from './amounts.ts';
import { deriveBytes, deriveStream } from './derive.ts';
import type { Ledger } from './ledger.ts';
import type { SandboxSettings } from './options.ts';
import { quoteAt } from './price.ts';
import type { Client } from './state.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** Everything seeded with whole confirmations and final states is at least this old. */
const settledMs = 3 * hourMs;

/** The twelve clients of the demo: how long each has been there, and how busy it is. */
const demoClients = [
  { months: 9, transactions: 182 },
  { months: 8, transactions: 74 },
  { months: 8, transactions: 66 },
  { months: 7, transactions: 48 },
  { months: 6, transactions: 41 },
  { months: 6, transactions: 33 },
  { months: 5, transactions: 27 },
  { months: 4, transactions: 25 },
  { months: 3, transactions: 16 },
  { months: 2, transactions: 9 },
  { months: 1, transactions: 3 },
  { months: 0, transactions: 0 },
] as const;

const fiatDollars = [500, 1_000, 1_500, 2_500, 5_000, 7_500, 10_000, 25_000] as const;

/**
 * Fills the ledger with the demo: months of history that end at `nowMs`, the same for the same
 * seed and time, and a few things still under way. The first merchant owns all of it.
 */
export function seedDemo(ledger: Ledger, settings: SandboxSettings, nowMs: number): void {
  const apiKey = settings.merchants[0]?.apiKey ?? '';
  const clients = demoClients.map((plan, index) => {
    const client = ledger.createClient(apiKey);
    const random = deriveStream(settings.seed, 'demo', index);
    const desk = new DemoDesk(ledger, settings, client, random);
    for (const atMs of workingTimes(plan, nowMs, random)) desk.trade(atMs);
    return desk;
  });
  leaveUnderWay(clients, settings, nowMs);
}

function leaveUnderWay(desks: readonly DemoDesk[], settings: SandboxSettings, nowMs: number): void {
  const { acceptAfterMs, blockMs } = settings;
  // Held back for a quarter of an hour, so that a pending withdrawal can be looked at in peace.
  desks[0]?.withdrawNow(nowMs - 4 * minuteMs, nowMs + 15 * minuteMs, nowMs);
  desks[3]?.withdrawNow(nowMs - 12 * minuteMs, nowMs - acceptAfterMs, nowMs);
  desks[1]?.deposit(Math.floor(nowMs - 2.4 * blockMs));
  desks[5]?.deposit(Math.floor(nowMs - 0.3 * blockMs));
}

/** Times in working hours (UTC) on weekdays, oldest first, at least `settledMs` ago. */
function workingTimes(
  plan: { months: number; transactions: number },
  nowMs: number,
  random: () => number,
): number[] {
  const spanMs = plan.months * 30 * dayMs;
  const times = Array.from({ length: plan.transactions }, () => {
    const day = new Date(nowMs - random() * spanMs);
    day.setUTCHours(7, 0, 0, 0);
    if (day.getUTCDay() === 6) day.setUTCDate(day.getUTCDate() - 1);
    if (day.getUTCDay() === 0) day.setUTCDate(day.getUTCDate() - 2);
    const atMs = day.getTime() + Math.floor(random() * 12 * hourMs);
    return atMs <= nowMs - settledMs ? atMs : atMs - 7 * dayMs;
  });
  return times.toSorted((left, right) => left - right);
}

/** Makes one client's history; never spends more than the client has. */
class DemoDesk {
  readonly #ledger: Ledger;
  readonly #settings: SandboxSettings;
  readonly #client: Client;
  readonly #random: () => number;
  readonly #destinations: readonly string[];
  #balanceSats = 0;

  constructor(ledger: Ledger, settings: SandboxSettings, client: Client, random: () => number) {
    this.#ledger = ledger;
    this.#settings = settings;
    this.#client = client;
    this.#random = random;
    this.#destinations = [0, 1, 2].map((index) => {
      const hash = deriveBytes(settings.seed, 'destination', client.uid, index).subarray(0, 20);
      return scriptHashAddress(hash, settings.network);
    });
  }

  trade(atMs: number): void {
    const choice = this.#random();
    if (choice < 0.34 && this.#withdraw(atMs)) return;
    if (choice < 0.7) this.#buy(atMs);
    else this.deposit(atMs);
  }

  deposit(atMs: number): void {
    // Many small and a few large ones; every third is a round figure, as people send them.
    const sats = 2_000_000 + Math.floor(this.#random() ** 3 * 180_000_000);
    const amountSats = this.#random() < 0.33 ? roundTo(sats, 1_000_000) : sats;
    this.#ledger.deposit(this.#client, amountSats, atMs);
    this.#balanceSats += amountSats;
  }

  /** A withdrawal whose states count from `progressFromMs`; brings in the money first if need be. */
  withdrawNow(atMs: number, progressFromMs: number, nowMs: number): void {
    const neededSats = this.#settings.minimumWithdrawalSats * 4;
    if (this.#balanceSats < neededSats) {
      this.#ledger.deposit(this.#client, neededSats, nowMs - settledMs);
      this.#balanceSats += neededSats;
    }
    const withdrawal = this.#withdraw(atMs);
    if (withdrawal) withdrawal.progressFromMs = progressFromMs;
  }

  #buy(atMs: number): void {
    const dollars = fiatDollars[Math.floor(this.#random() * fiatDollars.length)] ?? fiatDollars[0];
    const { priceCents } = quoteAt(atMs, this.#settings);
    const amountSats = Number(satsBought(BigInt(dollars * 100), priceCents));
    this.#ledger.buy(this.#client, amountSats, atMs);
    this.#balanceSats += amountSats;
  }

  #withdraw(atMs: number) {
    const minimumSats = this.#settings.minimumWithdrawalSats;
    const wishSats = Math.floor(this.#balanceSats * (0.2 + 0.5 * this.#random()));
    const amountSats = roundTo(wishSats, this.#random() < 0.7 ? 100_000 : 1);
    if (amountSats < minimumSats) return undefined;
    const address = this.#destinations[Math.floor(this.#random() ** 2 * 3)] ?? '';
    this.#balanceSats -= amountSats;
    return this.#ledger.withdraw(this.#client, amountSats, address, atMs);
  }
}

function roundTo(sats: number, stepSats: number): number {
  return sats - (sats % stepSats);
}
