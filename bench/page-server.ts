import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';

/**
 * A Bitpro history over HTTP for the bench, in a process of its own: newest first, 25 a page, with a latency, and
 * with new rows coming in on top. Its tids count up from 1 without a hole, so that a lost row shows.
 */
const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '25000' },
    latencyMs: { type: 'string', default: '0' },
    /** A new row each so many ms from the first request on; 0: never. */
    arrivalMs: { type: 'string', default: '0' },
    secret: { type: 'string', default: '' },
  },
});
const PAGE_ROWS = 25;
const SECOND_MS = 1000;
const START_MS = Date.UTC(2017, 3, 10);
const latencyMs = Number(values.latencyMs);
const arrivalMs = Number(values.arrivalMs);
const rows = Number(values.rows);
const bodies = new Map<string, Buffer>();
let firstRequestMs: number | null = null;

function rowsNow(): number {
  firstRequestMs ??= performance.now();
  return rows + (arrivalMs > 0 ? Math.floor((performance.now() - firstRequestMs) / arrivalMs) : 0);
}

function rowOf(number: number): object {
  const tid = String(number);
  const created_at = new Date(START_MS + number * SECOND_MS).toISOString();
  const tx_id = tid.padStart(64, 'ab');
  if (number % 3 === 0) return { tid, type: 'bitcoin_buy', amount: '0.00000001', created_at };
  if (number % 3 === 1) {
    const amount = `0.${tid.padStart(8, '0')}`;
    return { tid, type: 'bitcoin_deposit', amount, created_at, tx_id, tx_confirmations: 6 };
  }
  const address = '2MzCEdXEzBaxCJQAq8igw4pUP1NSGAgzsUr';
  const withdrawal = { tid, type: 'bitcoin_withdrawal', amount: '0.00000001', created_at };
  return { ...withdrawal, tx_id, address, state: 'processed' };
}

function pageBody(page: number): Buffer {
  const newest = rowsNow() - (page - 1) * PAGE_ROWS;
  const key = `${newest}`;
  const known = bodies.get(key);
  if (known) return known;
  const count = Math.max(0, Math.min(PAGE_ROWS, newest));
  const made = Array.from({ length: count }, (_, index) => rowOf(newest - index));
  const body = Buffer.from(JSON.stringify(made));
  bodies.set(key, body);
  return body;
}

/** Satoshis that the rows up to each number come to. */
const balances = [0];

function balanceAt(number: number): number {
  for (let row = balances.length; row <= number; row += 1) {
    const sats = row % 3 === 0 ? 1 : row % 3 === 1 ? row : -1;
    balances.push((balances[row - 1] ?? 0) + sats);
  }
  return balances[number] ?? 0;
}

/** The balance is what the history comes to, or the app would look for what is missing. */
function clientBody(uid: string): Buffer {
  const balance = `${balanceAt(rowsNow())}e-8`;
  const answer = { uid, bitcoin_address: `of ${uid}`, balance, unconfirmed_balance: '0.0' };
  return Buffer.from(JSON.stringify(answer));
}

/** bitpro-api.md, Authentication. */
function isSigned({ method, url, headers }: IncomingMessage): boolean {
  const canonical = [method, headers['content-md5'], url, headers.date].join(',');
  const signature = createHmac('sha1', values.secret).update(canonical).digest('base64');
  return headers.authorization?.endsWith(`:${signature}`) === true;
}

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '', 'http://bench');
  const [, uid = '', history] = /clients\/([^/]+)(\/transactions)?$/.exec(url.pathname) ?? [];
  const page = Number(url.searchParams.get('page') ?? '1');
  const draw = () => (history === undefined ? clientBody(uid) : pageBody(page));
  const answer = (body: Buffer) => {
    const length = String(body.length);
    const headers = { 'content-type': 'application/json', 'content-length': length };
    response.writeHead(isSigned(request) ? 200 : 401, headers).end(body);
  };
  if (latencyMs === 0) return answer(draw());
  // There, drawn up, and back: never two neighbours at the same moment of their way.
  const thereMs = latencyMs * (0.3 + 0.4 * ((page * 0.618) % 1));
  setTimeout(() => {
    const body = draw();
    setTimeout(() => answer(body), latencyMs - thereMs);
  }, thereMs);
});
if (latencyMs === 0) for (let page = 1; page <= rows / PAGE_ROWS + 1; page += 1) pageBody(page);
firstRequestMs = null;
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.send?.(port);
});
process.on('disconnect', () => process.exit());
