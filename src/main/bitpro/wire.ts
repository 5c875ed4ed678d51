import * as z from 'zod/mini';
import { addressKey } from '#shared/address-text.ts';
import { clientUidSchema } from '#shared/domain/client.ts';
import type { Transaction, TransactionType } from '#shared/domain/transaction.ts';
import { MAX_SATS, readDecimal } from '#shared/money.ts';

/** What the service answers, in the app's units: satoshis, cents and epoch ms. Unknown fields are dropped. */
export type RemotePing = { status: string; environment: string };

/** `asset` is BTC, or what the service named instead of XBT (api-readings.md, 19). */
export type RemoteRate = { asset: string; buyPriceCents: number; timeExpiresMs: number };

export type RemoteClient = {
  uid: string;
  depositAddress: string;
  balanceSats: number;
  unconfirmedSats: number;
};

export type RemoteTransaction = Omit<Transaction, 'clientUid' | 'fetchedAtMs'>;

/** One place of a page: a transaction, or what stands there and cannot be used. */
export type PageSlot =
  | { row: RemoteTransaction; problem: null }
  /** `tid` where that much could be read. `problem` names the field, never its content. */
  | { row: null; problem: string; tid: string | null };

export type RemoteTrade = { tid: string; amountSats: number; createdAtMs: number };

export type RemoteWithdrawal = {
  tid: string;
  amountSats: number;
  createdAtMs: number;
  txId: string | null;
  address: string;
  state: string | null;
};

/**
 * Parses JSON with every number as the text of its own digits, so that none passes through a float
 * (api-readings.md, 15) and a numeric tid keeps all of them.
 * @throws SyntaxError
 */
export function parseJson(text: string): unknown {
  return JSON.parse(text, (_key: string, value: unknown, ...[context]: unknown[]) =>
    typeof value === 'number' ? sourceOf(context, value) : value,
  );
}

/** The reviver's third argument, `{ source }`, is not in TypeScript's library yet. */
function sourceOf(context: unknown, value: number): string {
  const hasSource = typeof context === 'object' && context !== null && 'source' in context;
  return hasSource && typeof context.source === 'string' ? context.source : String(value);
}

const SATS_SCALE = 8;
const CENTS_SCALE = 2;
const MS_SCALE = 3;

/**
 * What a database gives back as it went in: lone surrogates are replaced there, and NUL ends a text for some of its
 * functions. No control character belongs in an id, a state or an address.
 */
// oxlint-disable-next-line no-control-regex -- Control characters are what it keeps out.
const STORABLE = /^[^\u0000-\u001f\u007f\ud800-\udfff]*$/u;
const storable = z.string().check(z.maxLength(200), z.regex(STORABLE));
const text = storable.check(z.minLength(1));
const optionalText = z.pipe(
  z.optional(z.nullable(storable)),
  z.transform((value) => (value ? value : null)),
);
const address = z.pipe(text, z.transform(oneWriting));
const optionalAddress = z.pipe(
  optionalText,
  z.transform((value) => value && oneWriting(value)),
);

/** Bech32 in capitals names the same place (BIP 173). In mixed letters it names none, and stays as it came. */
function oneWriting(value: string): string {
  return value === value.toUpperCase() ? addressKey(value) : value;
}

function units(scale: number, read: (text: string) => number | null) {
  return z.pipe(
    z.string(),
    z.transform((value, context) => {
      const result = read(value);
      if (result !== null) return result;
      context.issues.push({
        code: 'custom',
        input: value,
        message: `not a decimal with at most ${scale} places`,
      });
      return z.NEVER;
    }),
  );
}

const sats = units(SATS_SCALE, (value) => possible(readDecimal(value, SATS_SCALE)));
/** Direction comes from the type (api-readings.md, 16). */
const magnitudeSats = units(SATS_SCALE, (value) => {
  const amount = possible(readDecimal(value, SATS_SCALE));
  return amount === null ? null : Math.abs(amount);
});

/** More than all bitcoin there will ever be is no amount. */
function possible(amountSats: number | null): number | null {
  return amountSats !== null && Math.abs(amountSats) <= MAX_SATS ? amountSats : null;
}

/** A price or a time finer than the app's unit is cut: neither is an amount of money to keep. */
const priceCents = units(CENTS_SCALE, (value) => positive(readCut(value, CENTS_SCALE)));
/** No moment lies further off (ECMA-262): a report could not write it. */
const LAST_MS = 8_640_000_000_000_000;
const epochSeconds = units(MS_SCALE, (value) => {
  const ms = readCut(value, MS_SCALE);
  return ms !== null && Math.abs(ms) <= LAST_MS ? ms : null;
});
const count = units(0, (value) => {
  const number = readDecimal(value, 0);
  return number !== null && number >= 0 ? number : null;
});

function readCut(value: string, scale: number): number | null {
  const plain = /^(\d+)\.(\d+)$/.exec(value);
  if (!plain) return readDecimal(value, scale);
  return readDecimal(`${plain[1]}.${plain[2]?.slice(0, scale)}`, scale);
}

function positive(value: number | null): number | null {
  return value !== null && value > 0 ? value : null;
}

/** ISO 8601, with or without milliseconds (api-readings.md, 25). */
const isoDate = z.pipe(
  z.iso.datetime({ offset: true }),
  z.transform((value) => Date.parse(value)),
);

export const pingSchema: z.ZodMiniType<RemotePing> = z.object({ status: text, environment: text });

export const rateSchema: z.ZodMiniType<RemoteRate> = z.pipe(
  z.object({ asset: text, buy_price: priceCents, time_expires: epochSeconds }),
  z.transform((rate) => ({
    asset: rate.asset === 'XBT' ? 'BTC' : rate.asset,
    buyPriceCents: rate.buy_price,
    timeExpiresMs: rate.time_expires,
  })),
);

export const clientSchema: z.ZodMiniType<RemoteClient> = z.pipe(
  z.object({
    uid: clientUidSchema,
    bitcoin_address: address,
    balance: sats,
    unconfirmed_balance: sats,
  }),
  z.transform((client) => ({
    uid: client.uid,
    depositAddress: client.bitcoin_address,
    balanceSats: client.balance,
    unconfirmedSats: client.unconfirmed_balance,
  })),
);

const typeNames: ReadonlyMap<string, TransactionType> = new Map([
  ['bitcoin_deposit', 'deposit'],
  ['bitcoin_buy', 'buy'],
  ['bitcoin_withdrawal', 'withdrawal'],
]);

export const transactionSchema: z.ZodMiniType<RemoteTransaction> = z.pipe(
  z.object({
    tid: text,
    type: storable,
    amount: magnitudeSats,
    created_at: isoDate,
    tx_id: optionalText,
    address: optionalAddress,
    state: optionalText,
    tx_confirmations: z.optional(z.nullable(count)),
  }),
  z.transform((row) => ({
    tid: row.tid,
    type: typeNames.get(row.type) ?? 'unknown',
    amountSats: row.amount,
    createdAtMs: row.created_at,
    txId: row.tx_id,
    address: row.address,
    state: row.state,
    confirmations: row.tx_confirmations ?? null,
  })),
);

const named = z.object({ tid: text });

/** Each row by itself: one that cannot be used takes no other with it. */
export const pageSchema: z.ZodMiniType<PageSlot[]> = z.pipe(
  z.array(z.unknown()),
  z.transform((rows) => rows.map(readSlot)),
);

function readSlot(json: unknown): PageSlot {
  const parsed = transactionSchema.safeParse(json);
  if (parsed.success) return { row: parsed.data, problem: null };
  const field = parsed.error.issues[0]?.path.map(String).join('.') ?? '';
  const problem = field === '' ? 'it has another form' : `its ${field} is not as expected`;
  return { row: null, problem, tid: named.safeParse(json).data?.tid ?? null };
}

export const tradeSchema: z.ZodMiniType<RemoteTrade> = z.pipe(
  z.object({ tid: text, amount: magnitudeSats, created_at: isoDate }),
  z.transform((trade) => ({
    tid: trade.tid,
    amountSats: trade.amount,
    createdAtMs: trade.created_at,
  })),
);

export const withdrawalSchema: z.ZodMiniType<RemoteWithdrawal> = z.pipe(
  z.object({
    tid: text,
    amount: magnitudeSats,
    created_at: isoDate,
    tx_id: optionalText,
    address,
    state: optionalText,
  }),
  z.transform((row) => ({
    tid: row.tid,
    amountSats: row.amount,
    createdAtMs: row.created_at,
    txId: row.tx_id,
    address: row.address,
    state: row.state,
  })),
);
