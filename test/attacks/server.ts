import { createHash, createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Address, TEST_NETWORK } from '@scure/btc-signer';

/**
 * A Bitpro service of its own, written from the reference alone and sharing nothing with the sandbox: its own ledger,
 * ids, paging and clock, strict about signatures. It does nothing wrong by itself; a test meddles with its answers.
 */
export type Row = {
  tid: string;
  type: 'bitcoin_withdrawal' | 'bitcoin_buy' | 'bitcoin_deposit';
  sats: number;
  createdAtMs: number;
  address?: string;
  state?: string;
  confirmations?: number;
  /** Which POST asked for it; null for what others did. */
  post: Post | null;
};

export type Account = {
  uid: string;
  address: string;
  sats: number;
  unconfirmedSats: number;
  /** Oldest first. */
  rows: Row[];
};

export type Post = { path: string; body: string; signature: string; arrivedAtMs: number };

type Action =
  'ping' | 'rates' | 'client' | 'list' | 'row' | 'create' | 'buy' | 'withdrawal' | 'none';

/** A request that passed the signature check, as a test may meddle with it. */
export type Call = {
  action: Action;
  method: string;
  uid: string;
  tid: string;
  page: number;
  form: URLSearchParams;
  post: Post | null;
  /** Does what was asked for, and gives the honest answer. */
  carryOut: () => Answer;
};

export type Answer = {
  status: number;
  body: unknown;
  /** Sent as they are; `date: null` leaves the header out. */
  headers?: Record<string, string | null>;
};

/** `drop` breaks the connection in place of an answer. Undefined leaves the request to the service. */
export type Meddler = (
  call: Call,
) => Answer | 'drop' | undefined | Promise<Answer | 'drop' | undefined>;

const PAGE_ROWS = 25;
const WINDOW_MS = 900_000;
const MINIMUM_SATS = 5_000_000;
const QUOTE_MS = 600_000;

export type AttackServer = Awaited<ReturnType<typeof startServer>>;

export async function startServer({ apiKey = 'attacked', secret = 'attack+secret/==' } = {}) {
  const accounts = new Map<string, Account>();
  const posts: Post[] = [];
  const usedSignatures = new Set<string>();
  const world = {
    /** Its own clock, ahead of the machine's. */
    aheadMs: 0,
    environment: 'sandbox',
    priceCents: 122_510,
    /** Whether a POST with a signature that was seen is refused. */
    refusesReplicas: true,
    /** Whether answers carry `Date`. */
    tellsTime: true,
  };
  let meddle: Meddler = () => undefined;
  const nowMs = () => Date.now() + world.aheadMs;

  function createAccount(sats = 0): Account {
    const uid = `MX-${randomBytes(6).toString('hex')}`;
    const account = { uid, address: randomAddress(), sats: 0, unconfirmedSats: 0, rows: [] };
    accounts.set(uid, account);
    if (sats > 0) deposit(account, sats);
    return account;
  }

  /** Confirmed already, and of some hours ago. */
  function deposit(account: Account, sats: number, more: Partial<Row> = {}): Row {
    account.sats += sats;
    return addRow(account, {
      type: 'bitcoin_deposit',
      sats,
      confirmations: 6,
      createdAtMs: nowMs() - 5 * 3_600_000,
      post: null,
      ...more,
    });
  }

  function addRow(account: Account, row: Omit<Row, 'tid' | 'createdAtMs'> & Partial<Row>): Row {
    const added = { tid: randomBytes(5).toString('hex'), createdAtMs: nowMs(), ...row };
    account.rows.push(added);
    return added;
  }

  /** A payment that somebody makes without the app. */
  function payElsewhere(
    account: Account,
    sats: number,
    address: string,
    more: Partial<Row> = {},
  ): Row {
    account.sats -= sats;
    return addRow(account, {
      type: 'bitcoin_withdrawal',
      sats,
      address,
      state: 'pending',
      post: null,
      ...more,
    });
  }

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const { method = '', url = '', headers } = incoming;
    const call = readCall(method, url, body);
    if (method === 'POST') {
      const signature = headers.authorization ?? '';
      call.post = { path: url, body: body.toString('latin1'), signature, arrivedAtMs: nowMs() };
      posts.push(call.post);
    }
    const refusal = isPublic(call.action) ? null : refuseSignature(method, url, headers, body);
    const answer = refusal ?? (await meddle(call)) ?? call.carryOut();
    if (answer === 'drop') return void response.destroy();
    const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
    response.sendDate = false;
    const date = world.tellsTime ? { date: new Date(nowMs()).toUTCString() } : {};
    const all = { 'content-type': 'application/json', ...date, ...answer.headers };
    const sent = Object.entries(all).filter(
      (header): header is [string, string] => header[1] !== null,
    );
    response.writeHead(answer.status, Object.fromEntries(sent)).end(text);
  }

  /** bitpro-api.md, Authentication. No request is taken twice. */
  function refuseSignature(
    method: string,
    url: string,
    headers: IncomingMessage['headers'],
    body: Buffer,
  ): Answer | null {
    const { date = '', authorization = '' } = headers;
    const md5 = createHash('md5').update(body).digest('base64');
    const told = headers['content-md5'];
    if (told !== md5 && !(method === 'GET' && (told ?? '') === ''))
      return refuse(401, 'Content-MD5 is wrong');
    const canonical = [method, told ?? '', url, date].join(',');
    const signature = createHmac('sha1', secret).update(canonical).digest('base64');
    if (authorization !== `Bitpro ${apiKey}:${signature}`) return refuse(401, 'Unauthorized');
    if (!(Math.abs(Date.parse(date) - nowMs()) <= WINDOW_MS))
      return refuse(401, 'Date is out of range');
    if (method === 'POST' && world.refusesReplicas && usedSignatures.has(signature))
      return refuse(401, 'Replicated request');
    usedSignatures.add(signature);
    return null;
  }

  function readCall(method: string, url: string, body: Buffer): Call {
    const { pathname, searchParams } = new URL(url, 'http://attacked');
    const [first = '', uid = '', third = '', tid = ''] = pathname
      .replace('/api/v1/', '')
      .split('/');
    const call: Call = {
      action: actionOf(method, first, uid, third, tid),
      method,
      uid,
      tid,
      page: Number(searchParams.get('page') ?? '1') || 1,
      form: new URLSearchParams(body.toString('latin1')),
      post: null,
      carryOut: () => carryOut(call),
    };
    return call;
  }

  function carryOut(call: Call): Answer {
    const { action, uid, tid, page } = call;
    if (action === 'ping')
      return { status: 200, body: { status: 'ok', environment: world.environment } };
    if (action === 'rates') {
      const buyPrice = (world.priceCents / 100).toFixed(2);
      const body = { time_expires: (nowMs() + QUOTE_MS) / 1000, buy_price: buyPrice, asset: 'XBT' };
      return { status: 200, body };
    }
    if (action === 'create') return { status: 201, body: clientJson(createAccount()) };
    const account = accounts.get(uid);
    if (account === undefined) return refuse(404, 'Not found');
    if (action === 'client') return { status: 200, body: clientJson(account) };
    const newestFirst = account.rows.toSorted((a, b) => b.createdAtMs - a.createdAtMs);
    if (action === 'list') {
      const from = (page - 1) * PAGE_ROWS;
      return { status: 200, body: newestFirst.slice(from, from + PAGE_ROWS).map(rowJson) };
    }
    if (action === 'row') {
      const row = account.rows.find((each) => each.tid === tid);
      return row === undefined ? refuse(404, 'Not found') : { status: 200, body: rowJson(row) };
    }
    if (action === 'buy') return buy(account, call);
    if (action === 'withdrawal') return withdraw(account, call);
    return refuse(404, 'Not found');
  }

  function buy(account: Account, { form, post }: Call): Answer {
    const cents = units(form.get('traded_fiat'), 2);
    if (!(cents > 0)) return refuse(422, 'Traded fiat must be greater than 0');
    const sats = Math.floor((cents * 1e8) / world.priceCents);
    account.sats += sats;
    return { status: 200, body: rowJson(addRow(account, { type: 'bitcoin_buy', sats, post })) };
  }

  function withdraw(account: Account, { form, post }: Call): Answer {
    const sats = units(form.get('amount'), 8);
    const address = form.get('address') ?? '';
    if (address === '') return refuse(422, 'Address can’t be blank');
    if (!(sats >= MINIMUM_SATS)) return refuse(422, 'Amount should not be smaller than 0.05 BTC');
    if (sats > account.sats) return refuse(422, 'Amount is greater than your available balance');
    account.sats -= sats;
    const row = { type: 'bitcoin_withdrawal', sats, address, state: 'pending', post } as const;
    return { status: 200, body: rowJson(addRow(account, row)) };
  }

  const server = createServer((incoming, response) => {
    handle(incoming, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    baseUrl: `http://127.0.0.1:${port}/api/v1`,
    port,
    apiKey,
    secret,
    world,
    accounts,
    /** Every POST that arrived, taken or not. */
    posts,
    nowMs,
    createAccount,
    deposit,
    addRow,
    payElsewhere,
    meddle: (next: Meddler) => void (meddle = next),
    /** Rows that a POST brought about: what the app has moved. */
    executed: () =>
      [...accounts.values()].flatMap(({ rows }) => rows.filter(({ post }) => post !== null)),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function isPublic(action: Action): boolean {
  return action === 'ping' || action === 'rates';
}

function actionOf(method: string, first: string, uid: string, third: string, tid: string): Action {
  if (method === 'GET' && (first === 'ping' || first === 'rates')) return first;
  if (first !== 'clients') return 'none';
  if (method === 'POST') {
    if (uid === '') return 'create';
    return third === 'buy' || third === 'withdrawal' ? third : 'none';
  }
  if (third === 'transactions') return tid === '' ? 'list' : 'row';
  return third === '' && uid !== '' ? 'client' : 'none';
}

export function refuse(status: number, errors: unknown): Answer {
  return { status, body: { errors } };
}

export function rowJson({ tid, type, sats, createdAtMs, address, state, confirmations }: Row) {
  return {
    tid,
    type,
    amount: btc(sats),
    created_at: new Date(createdAtMs).toISOString().replace(/\.\d+Z$/, 'Z'),
    ...(address === undefined ? {} : { address }),
    ...(state === undefined ? {} : { state }),
    ...(type === 'bitcoin_buy' ? {} : { tx_id: createHash('sha256').update(tid).digest('hex') }),
    ...(confirmations === undefined ? {} : { tx_confirmations: confirmations }),
  };
}

export function clientJson({ uid, address, sats, unconfirmedSats }: Account) {
  return {
    uid,
    bitcoin_address: address,
    balance: btc(sats),
    unconfirmed_balance: btc(unconfirmedSats),
  };
}

export function btc(sats: number): string {
  const digits = String(Math.abs(sats)).padStart(9, '0');
  return `${sats < 0 ? '-' : ''}${digits.slice(0, -8)}.${digits.slice(-8)}`;
}

/** A deposit address of the test network that no other client has. */
export function randomAddress(network = TEST_NETWORK): string {
  return Address(network).encode({ type: 'wpkh', hash: randomBytes(20) });
}

/** Whole units of a decimal text; NaN when it is none. */
function units(text: string | null, scale: number): number {
  const match = /^(\d+)(?:\.(\d+))?$/.exec(text ?? '');
  const fraction = match?.[2] ?? '';
  if (!match || fraction.length > scale) return Number.NaN;
  return Number(`${match[1]}${fraction.padEnd(scale, '0')}`);
}
