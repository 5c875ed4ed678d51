import { createHash, createHmac } from 'node:crypto';
import type { IntentKind } from '#shared/domain/intent.ts';
import { toDecimal } from '#shared/money.ts';
import type { HttpRequest } from '../../src/main/bitpro/http.ts';
import type { Random } from './random.ts';

export const API_KEY = 'M3175465';
export const SECRET = 'simulated+secret/with=padding==';
const PRICE_CENTS = 122_510;
const CLOCK_WINDOW_MS = 900_000;
const QUOTE_MS = 60_000;
const PAGE_ROWS = 25;
const MINIMUM_SATS = 5_000_000;

/** What the service has done, and which intent asked for it: the simulation's oracle. */
export type LedgerEntry = {
  kind: IntentKind;
  clientUid: string;
  tid: string;
  amountSats: number;
  usdCents: number;
  address: string;
  createdAtMs: number;
  /** Null when somebody else asked. */
  intentId: string | null;
};

export type Reply = { status: number; body: string; executed: LedgerEntry | null };

type Account = { depositAddress: string; balanceSats: number };

export type Service = ReturnType<typeof createService>;

/**
 * A Bitpro of its own, written from the reference and sharing no code with the app's client: checks signatures,
 * keeps balances and a ledger. It never lies in an error the reference names.
 */
export function createService({ random, now }: { random: Random; now: () => number }) {
  const ledger: LedgerEntry[] = [];
  const accounts = new Map<string, Account>();
  const world = { environment: 'sandbox' };
  let nextId = random.between(100_000, 900_000);

  const newId = (prefix: string) => `${prefix}${(nextId += 1)}`;
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
    const uid = newId('BT-C');
    accounts.set(uid, { depositAddress: `2NDeposit${uid.replace(/\W/g, '')}`, balanceSats });
    return uid;
  }

  function record(
    entry: Omit<LedgerEntry, 'tid' | 'createdAtMs'>,
    createdAtMs: number = now(),
  ): LedgerEntry {
    const kept = { ...entry, tid: newId(''), createdAtMs };
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
        buy_price: toDecimal(PRICE_CENTS, 2),
        time_expires: timeExpires,
      });
    }
    const refusal = authorize(method, request, now());
    if (refusal !== null) return refuse(401, refusal);
    const [, , uid = '', action = ''] = path.split('/');
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
    if (action === '') return answer(200, presentClient(uid));
    const rows = ledger
      .filter((entry) => entry.clientUid === uid && entry.kind !== 'create_client')
      .reverse();
    const first = (page - 1) * PAGE_ROWS;
    return answer(200, rows.slice(first, first + PAGE_ROWS).map(present));
  }

  function buy(clientUid: string, form: URLSearchParams, intentId: string | null): Reply {
    const account = accounts.get(clientUid);
    if (!account) return refuse(404, 'Not found');
    const usdCents = units(form.get('traded_fiat'), 2);
    if (!(usdCents > 0)) return refuse(422, 'Traded fiat must be greater than 0');
    const amountSats = satsAtPrice(usdCents);
    account.balanceSats += amountSats;
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
    account.balanceSats -= amountSats;
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

  return { ledger, accounts, world, now, createClient, handle, record };
}

const nothing = { amountSats: 0, usdCents: 0, address: '' };

export function satsAtPrice(usdCents: number): number {
  return Math.floor((usdCents * 100_000_000) / PRICE_CENTS);
}

export function present(entry: LedgerEntry) {
  return {
    tid: entry.tid,
    type: entry.kind === 'buy' ? 'bitcoin_buy' : 'bitcoin_withdrawal',
    amount: toDecimal(entry.amountSats, 8),
    created_at: new Date(entry.createdAtMs).toISOString(),
    ...(entry.kind === 'buy' ? {} : { tx_id: null, address: entry.address, state: 'pending' }),
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
