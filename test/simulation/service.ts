import { createHash, createHmac } from 'node:crypto';
import type { IntentKind } from '#shared/domain/intent.ts';
import { toDecimal } from '#shared/money.ts';
import type { HttpRequest } from '../../src/main/bitpro/http.ts';
import type { Random } from './random.ts';
import type { VirtualTime } from './virtual-time.ts';

export const API_KEY = 'M3175465';
export const SECRET = 'simulated+secret/with=padding==';
const PRICE_CENTS = 122_510;
const CLOCK_WINDOW_MS = 900_000;
const QUOTE_MS = 60_000;
const PAGE_ROWS = 25;
const MINIMUM_SATS = 5_000_000;
/** An old page shows nothing younger. */
const OLD_MS = 120_000;
const FUNDED_AGO_MS = 72 * 3_600_000;

/** What the service has done, and which intent asked for it: the simulation's oracle. */
export type LedgerEntry = {
  kind: IntentKind | 'deposit';
  clientUid: string;
  tid: string;
  amountSats: number;
  usdCents: number;
  address: string;
  createdAtMs: number;
  /** In true time, whatever the service's clock said. */
  executedAtMs: number;
  /** Null when somebody else asked. */
  intentId: string | null;
  /** Undone by the service: no longer listed, and the money is back. */
  vanished?: boolean;
  /** Taken and not carried out. */
  failed?: boolean;
  /** Listed as something else than the reference names. */
  listedAs?: string;
};

/** Of a transaction, over all clients. */
export function nameOf({ clientUid, tid }: Pick<LedgerEntry, 'clientUid' | 'tid'>): string {
  return `${clientUid} ${tid}`;
}

/** Carried out, and not undone. */
export function isDone({ failed, vanished }: LedgerEntry): boolean {
  return failed !== true && vanished !== true;
}

export type Reply = { status: number; body: string; executed: LedgerEntry | null };

type Account = { depositAddress: string; balanceSats: number; balancesHad: Set<number> };

export type Service = ReturnType<typeof createService>;

/** How the history is told now; each only ever hides or repeats what is there. */
export type HistoryMood =
  | 'honest'
  | 'empty'
  | 'old'
  | 'without the newest'
  | 'one page for all'
  | 'listed twice, otherwise';

/**
 * A Bitpro of its own, written from the reference and sharing no code with the app's client: checks signatures,
 * takes none twice, keeps balances and a ledger.
 */
export function createService({ random, time }: { random: Random; time: VirtualTime }) {
  const ledger: LedgerEntry[] = [];
  const accounts = new Map<string, Account>();
  const world = {
    environment: 'sandbox',
    /** Its clock minus true time. */
    clockAheadMs: 0,
    mood: 'honest' as HistoryMood,
    /** Since when, in true time. */
    moodAtMs: 0,
    /** Whoever asks for a client gets the model of another. */
    mixesUpClients: false,
    priceCents: PRICE_CENTS,
  };
  const signatures = new Set<string>();
  /** Transactions that the app was shown in a history, by `nameOf`. */
  const shown = new Set<string>();
  /** The same, of the process that runs now: when last. */
  const shownNow = new Map<string, number>();
  /** And when first. */
  const shownFirst = new Map<string, number>();
  /** When each client's history was last told. */
  const toldAtMs = new Map<string, number>();
  const now = () => time.nowMs() + world.clockAheadMs;
  const firstId = random.between(100_000, 900_000);
  let lastUid = firstId;
  /** Each client's transactions are counted anew: a tid names one within its client alone (api-readings.md). */
  const lastTids = new Map<string, number>();

  function newTid(clientUid: string): string {
    const tid = (lastTids.get(clientUid) ?? firstId) + 1;
    lastTids.set(clientUid, tid);
    return String(tid);
  }
  const refuse = (status: number, errors: string): Reply => ({
    status,
    body: JSON.stringify({ errors }),
    executed: null,
  });
  const answer = (status: number, value: unknown, executed: LedgerEntry | null = null): Reply => ({
    status,
    body: JSON.stringify(value),
    executed,
  });

  function createClient(balanceSats: number): string {
    const uid = `BT-C${(lastUid += 1)}`;
    accounts.set(uid, {
      depositAddress: `2NDeposit${uid.replace(/\W/g, '')}`,
      balanceSats: 0,
      balancesHad: new Set([0]),
    });
    if (balanceSats > 0) deposit(uid, balanceSats, FUNDED_AGO_MS);
    return uid;
  }

  function deposit(clientUid: string, amountSats: number, agoMs: number): void {
    record({ ...nothing, kind: 'deposit', clientUid, amountSats, intentId: null }, agoMs);
    move(clientUid, amountSats);
  }

  function move(clientUid: string, sats: number): void {
    const account = accounts.get(clientUid);
    if (!account) return;
    account.balanceSats += sats;
    account.balancesHad.add(account.balanceSats);
  }

  /** What an entry moves the balance by. */
  function satsOf({ kind, amountSats, failed, vanished }: LedgerEntry): number {
    if (failed === true || vanished === true || kind === 'create_client') return 0;
    return kind === 'withdrawal' ? -amountSats : amountSats;
  }

  /** Somebody else does it, and has brought the money for it. */
  function recordOfOthers(entry: Parameters<typeof record>[0], agoMs = 0): void {
    const { balanceSats = 0 } = accounts.get(entry.clientUid) ?? {};
    const missing = entry.kind === 'withdrawal' ? entry.amountSats - balanceSats : 0;
    if (missing > 0) deposit(entry.clientUid, missing, agoMs);
    move(entry.clientUid, satsOf(record({ ...entry, intentId: null }, agoMs)));
  }

  /** The service carries out, or lists, something else than what it first did. */
  function amend(entry: LedgerEntry, change: Partial<LedgerEntry>): void {
    const before = satsOf(entry);
    Object.assign(entry, change);
    move(entry.clientUid, satsOf(entry) - before);
  }

  function record(
    entry: Omit<LedgerEntry, 'tid' | 'createdAtMs' | 'executedAtMs'>,
    agoMs = 0,
  ): LedgerEntry {
    const executedAtMs = time.nowMs() - agoMs;
    const kept: LedgerEntry = {
      ...entry,
      tid: newTid(entry.clientUid),
      createdAtMs: now() - agoMs,
      executedAtMs,
    };
    ledger.push(kept);
    return kept;
  }

  function handle(
    method: 'GET' | 'POST',
    request: HttpRequest & { body: Buffer },
    intentId: string | null,
  ): Reply {
    const { pathname, searchParams } = new URL(request.uri, 'http://service');
    const path = pathname.replace('/api/v1', '');
    if (path === '/ping') return answer(200, { status: 'ok', environment: world.environment });
    if (path === '/rates') {
      const timeExpires = Math.floor((now() + QUOTE_MS) / 1000);
      return answer(200, {
        asset: 'BTC',
        buy_price: toDecimal(world.priceCents, 2),
        time_expires: timeExpires,
      });
    }
    const refusal = authorize(method, request, now());
    if (refusal !== null) return refuse(401, refusal);
    const signature = request.headers['authorization'] ?? '';
    if (method === 'POST' && signatures.has(signature)) return refuse(401, 'Replicated request');
    signatures.add(signature);
    const [, , uid = '', action = '', tid = ''] = path.split('/');
    if (method === 'GET' && tid !== '') return readOne(uid, tid);
    if (method === 'GET') return read(uid, action, Number(searchParams.get('page') ?? '1'));
    const form = new URLSearchParams(request.body.toString('latin1'));
    if (uid === '') {
      const clientUid = createClient(0);
      const executed = record({ ...nothing, kind: 'create_client', clientUid, intentId });
      return answer(201, presentClient(clientUid), executed);
    }
    if (action === 'buy') return buy(uid, form, intentId);
    if (action === 'withdrawal') return withdraw(uid, form, intentId);
    return refuse(404, 'Not found');
  }

  function read(uid: string, action: string, page: number): Reply {
    if (!accounts.has(uid)) return refuse(404, 'Not found');
    if (action === '') return answer(200, presentClient(otherIfMixedUp(uid)));
    const rows = ledger
      .filter((entry) => entry.clientUid === uid && entry.kind !== 'create_client')
      .filter(({ vanished }) => vanished !== true)
      .reverse();
    const first = world.mood === 'one page for all' ? 0 : (page - 1) * PAGE_ROWS;
    const isRepeated = world.mood === 'listed twice, otherwise' && page === 2;
    const told = isRepeated
      ? rows.slice(0, 1).map((row) => ({ ...row, amountSats: row.amountSats + 1 }))
      : asInMood(rows).slice(first, first + PAGE_ROWS);
    for (const entry of told) {
      shown.add(nameOf(entry));
      shownNow.set(nameOf(entry), time.nowMs());
      if (!shownFirst.has(nameOf(entry))) shownFirst.set(nameOf(entry), time.nowMs());
    }
    toldAtMs.set(uid, time.nowMs());
    return answer(200, told.map(present));
  }

  function otherIfMixedUp(uid: string): string {
    if (!world.mixesUpClients) return uid;
    return [...accounts.keys()].find((other) => other !== uid) ?? uid;
  }

  function readOne(uid: string, tid: string): Reply {
    const found = ledger.find((entry) => entry.clientUid === uid && entry.tid === tid);
    if (!found || found.vanished === true) return refuse(404, 'Not found');
    return answer(200, present(found));
  }

  function asInMood(rows: readonly LedgerEntry[]): readonly LedgerEntry[] {
    if (world.mood === 'empty') return [];
    if (world.mood === 'without the newest') return rows.slice(1);
    if (world.mood === 'old')
      return rows.filter(({ executedAtMs }) => executedAtMs < time.nowMs() - OLD_MS);
    return rows;
  }

  function buy(clientUid: string, form: URLSearchParams, intentId: string | null): Reply {
    const account = accounts.get(clientUid);
    if (!account) return refuse(404, 'Not found');
    const usdCents = units(form.get('traded_fiat'), 2);
    if (!(usdCents > 0)) return refuse(422, 'Traded fiat must be greater than 0');
    const amountSats = satsAtPrice(usdCents, world.priceCents);
    move(clientUid, amountSats);
    const entry = { ...nothing, clientUid, usdCents, amountSats, intentId };
    const executed = record({ ...entry, kind: 'buy' });
    return answer(201, present(executed), executed);
  }

  function withdraw(clientUid: string, form: URLSearchParams, intentId: string | null): Reply {
    const account = accounts.get(clientUid);
    if (!account) return refuse(404, 'Not found');
    const amountSats = units(form.get('amount'), 8);
    const address = form.get('address') ?? '';
    if (address === '') return refuse(422, 'Address can’t be blank');
    if (!(amountSats >= MINIMUM_SATS)) {
      return refuse(422, 'Amount should not be smaller than 0.05 BTC');
    }
    if (amountSats > account.balanceSats) {
      return refuse(422, 'Amount is greater than your available balance');
    }
    move(clientUid, -amountSats);
    const entry = { ...nothing, clientUid, amountSats, address, intentId };
    const executed = record({ ...entry, kind: 'withdrawal' });
    return answer(201, present(executed), executed);
  }

  function presentClient(uid: string) {
    const { depositAddress = '', balanceSats = 0 } = accounts.get(uid) ?? {};
    return {
      uid,
      bitcoin_address: depositAddress,
      balance: toDecimal(balanceSats, 8),
      unconfirmed_balance: '0.0',
    };
  }

  return {
    ledger,
    accounts,
    world,
    shown,
    shownNow,
    shownFirst,
    toldAtMs,
    now,
    createClient,
    handle,
    recordOfOthers,
    amend,
  };
}

const nothing = { amountSats: 0, usdCents: 0, address: '' };

export function satsAtPrice(usdCents: number, priceCents = PRICE_CENTS): number {
  return Math.floor((usdCents * 100_000_000) / priceCents);
}

const listedTypes = {
  buy: 'bitcoin_buy',
  withdrawal: 'bitcoin_withdrawal',
  deposit: 'bitcoin_deposit',
  create_client: '',
} as const;

export function present(entry: LedgerEntry) {
  const { kind, tid, amountSats, createdAtMs, address, failed, listedAs } = entry;
  return {
    tid,
    type: listedAs ?? listedTypes[kind],
    amount: toDecimal(amountSats, 8),
    created_at: new Date(createdAtMs).toISOString(),
    ...(kind === 'withdrawal'
      ? { tx_id: null, address, state: failed ? 'failed' : 'pending' }
      : {}),
    ...(kind === 'deposit' ? { tx_id: null, tx_confirmations: 6 } : {}),
  };
}

/** bitpro-api.md, Authentication: why the request is refused, null when it is not. */
function authorize(
  method: string,
  { uri, headers, body }: HttpRequest & { body: Buffer },
  nowMs: number,
): string | null {
  const md5 = createHash('md5').update(body).digest('base64');
  const date = headers['date'] ?? '';
  const canonical = [method, md5, uri, date].join(',');
  const signature = createHmac('sha1', SECRET).update(canonical).digest('base64');
  if (headers['authorization'] !== `Bitpro ${API_KEY}:${signature}`)
    return 'The signature does not match';
  const isFresh = Math.abs(Date.parse(date) - nowMs) <= CLOCK_WINDOW_MS;
  return isFresh ? null : 'Date is off by more than 900 s';
}

/** Whole units of a decimal text; NaN when it is none. */
function units(text: string | null, scale: number): number {
  const match = /^(\d+)(?:\.(\d+))?$/.exec(text ?? '');
  const fraction = match?.[2] ?? '';
  if (!match || fraction.length > scale) return Number.NaN;
  return Number(`${match[1]}${fraction.padEnd(scale, '0')}`);
}
