import { writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Intent, IntentReview, IntentState } from '#shared/domain/intent.ts';
import type { Result } from '#shared/errors.ts';
import type { Bridge } from '#shared/ipc/bridge.ts';
import { verifyChain } from '../../src/main/audit/chain.ts';
import { openRecords } from '../../src/main/storage/open.ts';
import type { Sandbox } from '../../src/sandbox/server.ts';
import { clientFor } from '../helpers/service-client.ts';
import {
  answerAs,
  startFaultServer,
  type Fault,
  type FaultServer,
  type TransportFault,
} from '../fault-server/fault-server.ts';
import { authority, elsewhere, expired, good, key } from '../main/bitpro/certificates.ts';
import {
  atEnd,
  confirmDeposits,
  connectionTo,
  endAll,
  merchant,
  newDataFolder,
  ONE_BTC,
  openDesk,
  PAYEE,
  recordsIn,
  startServer,
  type Desk,
} from './desk.ts';
import { confirmWithdrawal, connectAccount } from './steps.ts';

/**
 * The fault matrix of money-safety.md through the built app over real sockets (https, with the server's name
 * checked): its screen, its main process, its databases. Rows that are elsewhere, through the built app unless said:
 *
 * | Row | Where |
 * |---|---|
 * | kill −9 before and after `sent`, at every point | test/crash (the real process without a window), pay-once.test.ts |
 * | disk full, I/O error or a held lock before `sent`; disk full after the answer | machine-faults.test.ts |
 * | records database corrupt | damaged-records.test.ts |
 * | keychain locked or hung | machine-faults.test.ts |
 * | the machine sleeps in flight | machine-faults.test.ts |
 * | an own wrong clock | connection-errors.test.ts |
 * | unknown → cleared by the history alone | test/main/money/settle.test.ts (needs the settle delay) |
 * | unknown → cleared by a person | settle.test.ts |
 */
type Row = {
  fault: string;
  /** The POST's fate. */
  meet?: Fault;
  /** What the connection of the POST meets, after the reads before it went well. */
  connection?: TransportFault | 'no name';
  /** What a reading of this client's history meets once the POST was there. */
  history?: Fault;
  becomes: 'rejected' | 'unknown' | 'needs_human';
  /** Withdrawals at the service. */
  executed: 0 | 1 | 2;
  /** After another look, with the history still as it is. */
  thenLooked: IntentState;
  /** Told only after the client's deadline for a POST, half a minute. */
  slow?: true;
};

const known = '{"errors":"Amount is greater than your available balance"}';

const status =
  (code: number, body = '{"errors":"Something"}') =>
  (response: ServerResponse): void =>
    void response.writeHead(code, { 'content-type': 'application/json' }).end(body);

const page403 = (response: ServerResponse): void =>
  void response.writeHead(403, { 'content-type': 'text/html' }).end('<html>Sign in</html>');

const drop = (response: ServerResponse): void => void response.destroy();

/** Processed, and then this is the answer. */
const processed =
  (answer: (response: ServerResponse, body: string) => void): Fault =>
  async (response, process) =>
    answer(response, (await process()).body);

const changed =
  (from: RegExp, to: string): Fault =>
  async (response, process) => {
    const answer = await process();
    answerAs(response, { ...answer, body: answer.body.replace(from, to) });
  };

const closed = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => response.once('close', resolve));

/** The newest row comes on the second page, as if it was pushed there in the middle of the reading. */
const endsInMidPage: Fault = async (response, process, url) => {
  const answer = await process();
  if (answer.status !== 200 || !url.includes('page=')) return answerAs(response, answer);
  const rows: unknown[] = JSON.parse(answer.body) as unknown[];
  newest ??= rows[0];
  const body = url.includes('page=1') ? rows.slice(1) : [newest];
  answerAs(response, { ...answer, body: JSON.stringify(body) });
};
let newest: unknown;

const afterwards = { becomes: 'unknown', executed: 1, thenLooked: 'confirmed' } as const;
const before = { becomes: 'unknown', executed: 0, thenLooked: 'unknown' } as const;
const unsent = { becomes: 'rejected', executed: 0, thenLooked: 'rejected' } as const;

const rows: Row[] = [
  {
    fault: 'a slow drip',
    meet: processed((response, body) => {
      response.writeHead(201, { 'content-length': body.length + 1000 });
      const drip = setInterval(() => response.write(' '), 500);
      response.once('close', () => clearInterval(drip));
    }),
    ...afterwards,
    slow: true,
  },
  {
    fault: 'executed after the client’s timeout',
    meet: async (response, process) => {
      await closed(response);
      await process();
    },
    ...afterwards,
    slow: true,
  },
  { fault: 'the name is not found', connection: 'no name', ...unsent },
  { fault: 'connection refused', connection: 'refused', ...unsent },
  { fault: 'no TLS handshake', connection: 'no handshake', ...unsent },
  { fault: 'an expired certificate', connection: { certificate: expired }, ...unsent },
  { fault: 'the certificate of another host', connection: { certificate: elsewhere }, ...unsent },
  {
    fault: '401 for a wrong clock, with a known body',
    meet: status(401, '{"errors":"Date is off by more than 900 s"}'),
    ...unsent,
  },
  { fault: 'dropped before processing', meet: drop, ...before },
  { fault: '502', meet: status(502), ...before },
  { fault: 'dropped after processing', meet: processed(drop), ...afterwards },
  { fault: '503 after processing', meet: processed(status(503, known)), ...afterwards },
  {
    fault: 'malformed JSON',
    meet: processed((response, body) => status(201, `${body}}`)(response)),
    ...afterwards,
  },
  {
    fault: 'a truncated body',
    meet: processed((response, body) => {
      response.writeHead(201, { 'content-length': Buffer.byteLength(body) });
      response.write(body.slice(0, -5));
      setTimeout(() => response.destroy(), 20);
    }),
    ...afterwards,
  },
  {
    fault: 'an oversize body',
    meet: processed((response, body) => status(201, body + ' '.repeat(1_100_000))(response)),
    ...afterwards,
  },
  {
    fault: 'another amount',
    meet: changed(/"amount":"0\.\d/, '"amount":"0.9'),
    becomes: 'needs_human',
    executed: 1,
    thenLooked: 'needs_human',
  },
  {
    fault: 'another address',
    meet: changed(new RegExp(PAYEE), '2NCJCpBM7ET6oExzzKfWBnFPq8h2Ni2k7Hk'),
    becomes: 'needs_human',
    executed: 1,
    thenLooked: 'needs_human',
  },
  ...[301, 407, 408, 409, 429].map((code) => ({
    fault: String(code),
    meet: status(code, known),
    ...before,
  })),
  { fault: 'HTML 403', meet: page403, ...before },
  {
    fault: 'the history fails',
    meet: processed(drop),
    history: status(500),
    ...afterwards,
    thenLooked: 'unknown',
  },
  {
    fault: 'the history lags behind',
    meet: processed(drop),
    history: status(200, '[]'),
    ...afterwards,
    thenLooked: 'unknown',
  },
  {
    fault: 'the history ends in the middle of a page',
    meet: processed(drop),
    history: endsInMidPage,
    ...afterwards,
    thenLooked: 'unknown',
  },
  {
    fault: 'an equal payment by someone else',
    meet: async (response, process) => {
      await process();
      await payElsewhere();
      response.destroy();
    },
    becomes: 'unknown',
    executed: 2,
    thenLooked: 'needs_human',
  },
];

/** The first words of the outcome, as product and operator know them. */
const words: Partial<Record<IntentState, string>> = {
  rejected: 'Not carried out',
  unknown: 'We don’t know yet whether it went',
  needs_human: 'Needs a person',
  confirmed: 'Withdrawal accepted',
};

let payElsewhere: () => Promise<unknown> = async () => {};

describe('the fault matrix', () => {
  let desk: Desk;
  let sandbox: Sandbox;
  let server: FaultServer;
  let userDataDir: string;
  /** A client a row, so that no row stands in the way of another. */
  let uids: string[];
  const intents = new Map<Row, string>();
  const postsOf = new Map<string, number>();

  beforeAll(async () => {
    sandbox = await startServer({ deposits: 'none' });
    server = await startFaultServer(sandbox, { tls: { key, cert: good } });
    atEnd(server.close);
    userDataDir = await newDataFolder();
    const authorities = join(userDataDir, 'authority.pem');
    await writeFile(authorities, authority);
    desk = await openDesk(userDataDir, { NODE_EXTRA_CA_CERTS: authorities });
    await connectAccount(desk.page, connectionTo(server.baseUrl));
    uids = await Promise.all(rows.map((_row, index) => fundedClient(sandbox, index)));
    await ask(desk.page, 'clients.import', { lines: uids.map((uid) => ({ uid, label: '' })) });
  });
  afterAll(endAll);

  const uidOf = (row: Row): string => uids[rows.indexOf(row)] ?? '';
  const amountOf = (row: Row): string => (0.1 + rows.indexOf(row) / 1000).toFixed(3);
  const intentOf = (row: Row): Promise<Intent> =>
    ask(desk.page, 'intents.get', { id: intents.get(row) ?? '' });

  function executedFor(row: Row): number {
    const uid = uidOf(row);
    return sandbox
      .ledger()
      .filter((entry) => entry.type === 'bitcoin_withdrawal' && entry.uid === uid).length;
  }

  async function show(row: Row): Promise<void> {
    await desk.page.evaluate(
      (hash) => void (location.hash = hash),
      `#/intents/${intents.get(row)}`,
    );
  }

  async function shows(state: IntentState, timeout = 15_000): Promise<void> {
    await desk.page.getByText(words[state] ?? state, { exact: true }).waitFor({ timeout });
  }

  /** Everything the app did before the POST went well; the POST meets the row's fault. */
  function arm(row: Row): void {
    const path = `/clients/${uidOf(row)}/`;
    let isPosted = false;
    server.setFault((response, process, url) => {
      postsOf.set(url, (postsOf.get(url) ?? 0) + 1);
      isPosted = true;
      if (url.includes(path) && row.meet) return row.meet(response, process, url);
      return process().then((answer) => answerAs(response, answer));
    });
    server.setReadFault(async (response, process, url) => {
      const isHistory = url.includes(path) && url.includes('/transactions');
      if (isHistory && isPosted && row.history) return row.history(response, process, url);
      // An empty second page ends the reading of the baseline, and the POST is next.
      if (isHistory && url.includes('page=2') && row.connection)
        await breakConnection(row.connection);
      answerAs(response, await process());
    });
    payElsewhere = () =>
      clientFor(sandbox.url, merchant, () => Date.now() - 5000).withdraw(uidOf(row), {
        address: PAYEE,
        amountSats: Math.round(Number(amountOf(row)) * ONE_BTC),
      });
  }

  async function breakConnection(fault: NonNullable<Row['connection']>): Promise<void> {
    if (fault !== 'no name') return server.setTransport(fault);
    await desk.app.evaluate(() => {
      const dns = process.getBuiltinModule('node:dns');
      const real = dns.lookup;
      const elsewhereNow = (_name: string, ...rest: unknown[]) =>
        Reflect.apply(real, dns, ['no-such-host.invalid', ...rest]) as unknown;
      Object.assign(dns, { lookup: elsewhereNow, real });
    });
  }

  async function mendConnection(): Promise<void> {
    server.setTransport('none');
    await desk.app.evaluate(() => {
      const dns = process.getBuiltinModule('node:dns');
      if ('real' in dns) Object.assign(dns, { lookup: dns.real });
    });
  }

  async function confirm(row: Row): Promise<void> {
    const draft = { clientUid: uidOf(row), address: PAYEE, amountBtc: amountOf(row) };
    const { intent } = await ask<IntentReview>(desk.page, 'intents.prepare', {
      kind: 'withdrawal',
      ...draft,
    });
    intents.set(row, intent.id);
    arm(row);
    await show(row);
    await confirmWithdrawal(desk.page, PAYEE);
  }

  const slow = rows.filter((row) => row.slow);

  it('what takes longer than the deadline is sent first, and waited for at the end', async () => {
    for (const row of slow) {
      await confirm(row);
      const path = `/api/v1/clients/${uidOf(row)}/withdrawal`;
      await expect.poll(() => postsOf.get(path)).toBe(1);
    }
  });

  it.each(rows.filter((row) => !row.slow))('$fault: $becomes, then $thenLooked', async (row) => {
    await confirm(row);
    await shows(row.becomes);
    await mendConnection();
    expect(await intentOf(row)).toMatchObject({ reason: expect.stringMatching(/./) });
    await endsAs(row);
    newest = undefined;
    server.setReadFault(null);
    if (row.history) {
      await ask(desk.page, 'intents.lookAgain', { id: intents.get(row) ?? '' });
      await shows('confirmed');
    }
  });

  it.each(slow)('$fault: $becomes, then $thenLooked by itself', async (row) => {
    await show(row);
    await shows(row.thenLooked, 45_000);
    await endsAs(row);
  });

  /** One POST at most, and the state after another look. */
  async function endsAs(row: Row): Promise<void> {
    if (!row.slow) await ask(desk.page, 'intents.lookAgain', { id: intents.get(row) ?? '' });
    await shows(row.thenLooked);
    expect(await intentOf(row)).toMatchObject({ state: row.thenLooked, attempts: 1 });
    expect(executedFor(row)).toBe(row.executed);
    const path = `/api/v1/clients/${uidOf(row)}/withdrawal`;
    expect(postsOf.get(path) ?? 0).toBe(row.connection ? 0 : 1);
  }

  it('no request went out twice, every move is in the audit log, and its chain holds', async () => {
    await desk.app.close();
    expect([...postsOf.values()].every((count) => count === 1)).toBe(true);
    const records = openRecords(recordsIn(userDataDir));
    try {
      expect(verifyChain(records)).toMatchObject({ ok: true });
      const moves = records
        .prepare<[string], string>('SELECT action FROM audit WHERE subject = ? ORDER BY seq')
        .pluck();
      for (const row of rows) {
        const last = row.history ? 'confirmed' : row.thenLooked;
        const path = ['journaled', 'sent', row.becomes, ...(last === row.becomes ? [] : [last])];
        const told = moves.all(intents.get(row) ?? '');
        expect(told, row.fault).toEqual(path.map((state) => `intent.${state}`));
      }
    } finally {
      records.close();
    }
  });
});

async function fundedClient(sandbox: Sandbox, index: number): Promise<string> {
  const now = (): number => Date.now() - index * 1000;
  const created = await clientFor(sandbox.url, merchant, now).createClient();
  if (created.kind !== 'accepted') throw new Error('The sandbox made no client');
  sandbox.deposit(created.value.uid, ONE_BTC);
  confirmDeposits(sandbox);
  return created.value.uid;
}

/** As the window asks, without its forms. */
async function ask<T>(page: Page, name: string, input: unknown): Promise<T> {
  const result = (await page.evaluate(
    ([request, value]) => (window as unknown as { bitpro: Bridge }).bitpro.invoke(request, value),
    [name, input] as const,
  )) as Result<T>;
  if (result.ok) return result.value;
  throw new Error(`${name}: ${result.error.message}`);
}
