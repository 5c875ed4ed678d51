import { Address, TEST_NETWORK } from '@scure/btc-signer';
import type { SentTransaction } from '../src/main/storage/cache/transactions-repo.ts';
import { createRandom, type Random } from '../test/simulation/random.ts';

const DAY_MS = 86_400_000;
const SPAN_DAYS = 4 * 365;
/** The moment the data ends; fixed, so that “the last 30 days” are the same rows on every day. */
export const END_MS = Date.UTC(2026, 6, 1);
const START_MS = END_MS - SPAN_DAYS * DAY_MS;

/** Sizes fall with the rank to this power: a few clients hold most of the history. */
const SKEW = 0.8;
const NOTED_SHARE = 0.05;
const TAGGED_SHARE = 0.03;
const MAX_TID_STEP = 60;
/** Of the buys; the others were made elsewhere. */
const OWN_BUY_SHARE = 0.02;

export type GeneratedClient = {
  uid: string;
  label: string;
  depositAddress: string;
  /** Newest first, as the service lists them. */
  rows: SentTransaction[];
  notes: { tid: string; note: string; tags: string[] }[];
  /** Buys made with the app, oldest first. */
  ownBuys: { tid: string; sats: number; usdCents: number; atMs: number }[];
};

/** A merchant's clients with all their transactions, one after the other: a million need no memory. */
export function* generateClients(options: {
  rows: number;
  clients: number;
  seed: number;
}): Generator<GeneratedClient> {
  const random = createRandom(options.seed);
  const sizes = clientSizes(options, random);
  // Nine digits, down to the last of ten million rows.
  let tid = Math.max(100_000_000, options.rows * MAX_TID_STEP + 1);
  for (const [index, size] of sizes.entries()) {
    const nextTid = () => String((tid -= random.between(1, MAX_TID_STEP)));
    yield generateClient({ index, size, random, nextTid });
  }
}

/** Satoshis and cents of the price of a bitcoin at a time; the same for every client. */
export function priceCentsAt(atMs: number): number {
  const days = (atMs - START_MS) / DAY_MS;
  const wave = Math.sin(days / 90) * 0.3 + Math.sin(days / 7) * 0.05 + Math.sin(days * 24) * 0.002;
  return Math.round(4_000_000 * (1 + days / SPAN_DAYS) * (1 + wave));
}

function clientSizes(
  { rows, clients }: { rows: number; clients: number },
  random: Random,
): number[] {
  const weights = Array.from({ length: clients }, (_, rank) => (rank + 1) ** -SKEW);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const sizes = weights.map((weight) => Math.floor((weight / sum) * rows));
  const short = rows - sizes.reduce((total, size) => total + size, 0);
  for (let index = 0; index < short; index += 1)
    sizes[index % clients] = (sizes[index % clients] ?? 0) + 1;
  // Size must not go with the order in which clients were added.
  for (let index = sizes.length - 1; index > 0; index -= 1) {
    const other = random.between(0, index);
    [sizes[index], sizes[other]] = [sizes[other] ?? 0, sizes[index] ?? 0];
  }
  return sizes;
}

function generateClient({
  index,
  size,
  random,
  nextTid,
}: {
  index: number;
  size: number;
  random: Random;
  nextTid: () => string;
}): GeneratedClient {
  const name = random.pick(surnames);
  const client: GeneratedClient = {
    uid: `BT-C${798_980 + index * 7}`,
    label: `${name} ${random.pick(trades)} ${random.pick(forms)}`,
    depositAddress: depositAddress(random),
    rows: [],
    notes: [],
    ownBuys: [],
  };
  const payees = Array.from({ length: 4 }, () => address(random));
  const stepMs = (SPAN_DAYS * DAY_MS * (0.2 + 0.8 * random.next())) / Math.max(1, size);
  for (let row = 0; row < size; row += 1) {
    // Whole seconds, as the service writes them.
    const atMs = END_MS - Math.ceil(((row + random.next()) * stepMs) / 1000) * 1000;
    const sent = generateRow({ tid: nextTid(), atMs, client, payees, random });
    client.rows.push(sent);
    annotate(client, sent, random);
  }
  client.ownBuys.reverse();
  return client;
}

/** Of the test network and valid, since one that is not is shown as such. */
function depositAddress(random: Random): string {
  const hash = Uint8Array.from({ length: 20 }, () => random.between(0, 255));
  return Address(TEST_NETWORK).encode({ type: 'sh', hash });
}

function generateRow({
  tid,
  atMs,
  client,
  payees,
  random,
}: {
  tid: string;
  atMs: number;
  client: GeneratedClient;
  payees: readonly string[];
  random: Random;
}): SentTransaction {
  const kind = random.next();
  const ageMs = END_MS - atMs;
  const amountSats = Math.floor(10 ** (5 + random.next() * 4));
  const row = { tid, amountSats, createdAtMs: atMs, txId: null, address: null };
  if (kind < 0.55) {
    const confirmations = Math.min(Math.floor(ageMs / 600_000), random.chance(0.9) ? 6 : 12);
    const txId = text(random, hex, 64);
    const { depositAddress: address } = client;
    return { ...row, type: 'deposit', txId, address, state: null, confirmations };
  }
  if (kind < 0.75) return { ...row, type: 'buy', state: null, confirmations: null };
  if (kind < 0.999) {
    const to = random.chance(0.8) ? random.pick(payees) : address(random);
    const txId = text(random, hex, 64);
    const state = withdrawalState(ageMs, random);
    return { ...row, type: 'withdrawal', txId, address: to, state, confirmations: null };
  }
  return { ...row, type: 'unknown', state: null, confirmations: null };
}

function withdrawalState(ageMs: number, random: Random): string {
  if (ageMs < 2 * 3_600_000) return 'pending';
  if (ageMs < DAY_MS && random.chance(0.3)) return 'accepted';
  return random.chance(0.002) ? 'cancelled' : 'processed';
}

function annotate(client: GeneratedClient, row: SentTransaction, random: Random): void {
  const noted = random.chance(NOTED_SHARE);
  const tagged = random.chance(TAGGED_SHARE);
  if (noted || tagged) {
    client.notes.push({
      tid: row.tid,
      note: noted ? note(random) : '',
      tags: tagged ? [...new Set([random.pick(tags), random.pick(tags)])] : [],
    });
  }
  if (row.type === 'buy' && random.chance(OWN_BUY_SHARE)) {
    const { tid, amountSats: sats, createdAtMs: atMs } = row;
    const usdCents = Math.max(1, Math.round((sats / 1e8) * priceCentsAt(atMs) * 1.004));
    client.ownBuys.push({ tid, sats, usdCents, atMs });
  }
}

function note(random: Random): string {
  const number = random.between(10_000, 99_999);
  const length = random.between(2, 6);
  const phrase = Array.from({ length }, () => random.pick(words)).join(' ');
  return random.chance(0.5) ? `${phrase} ${number}` : `${random.pick(surnames)}: ${phrase}`;
}

function address(random: Random): string {
  return random.chance(0.5) ? `2M${text(random, base58, 33)}` : `tb1q${text(random, bech32, 38)}`;
}

/** Joined, so that it is one piece as JSON.parse gives it: of a sum the pieces are put together in what is measured. */
function text(random: Random, alphabet: string, length: number): string {
  const pick = () => alphabet[random.between(0, alphabet.length - 1)];
  return Array.from({ length }, pick).join('');
}

const hex = '0123456789abcdef';
const base58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const bech32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const list = (joined: string): string[] => joined.split(' ');
const surnames = list(
  'Almeida Andersson Becker Bianchi Castillo Chen Dubois Eriksen Farkas Ferrari Fischer García Hansen Horváth ' +
    'Ivanov Jensen Kowalski Larsen Lefèvre Lindqvist Moreau Müller Nakamura Novák Okafor Petrov Quintana Rossi ' +
    'Santos Schröder Silva Tanaka Ueda Varga Visser Weber Xu Yılmaz Zhang Øverland',
);
const trades = list(
  'Bakery Books Brewing Cables Cameras Ceramics Coffee Cycles Dental Design Farming Films Flooring Flowers Foods ' +
    'Furniture Games Glass Hosting Hotels Imports Jewels Lamps Leather Logistics Marine Music Optics Paper Pharma ' +
    'Plastics Print Solar Sports Steel Studios Textiles Tools Toys Travel Watches Wines',
);
const forms = list('AB AG ApS BV GmbH Inc KFT Ltd LLC Oy SA SL SpA');
const tags = list(
  'audit chargeback disputed donation exchange fees gift hold interest invoice payroll q1 q2 q3 q4 refund rent ' +
    'review salary subscription tax urgent vat wholesale',
);
const words = list(
  'advance agreed amended approved april august balance bonus branch budget campaign cancelled carrier central ' +
    'charge checked claim clearing closing commission confirmed contract corrected courier credit customs ' +
    'december delayed delivery deposit difference discount duplicate duty early estimate expenses export ' +
    'february final forwarded freight friday goods half import insurance interim invoice january july june ' +
    'late ledger licence loan maintenance manual march materials monday monthly november october offset ' +
    'order overdue overpaid partial payment penalty pending prepaid price quarter receipt received recurring ' +
    'refund reminder rent repair request resolved returned royalty sample second september service settlement ' +
    'shipment split statement storage supplier surplus tender thursday transfer travel tuesday uncertain ' +
    'urgent utilities verified wages warehouse wednesday weekly yearly',
);
