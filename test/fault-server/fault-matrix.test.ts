import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { verifyChain } from '../../src/main/audit/chain.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/server.ts';
import { clientFor } from '../main/bitpro/client-under-test.ts';
import { API_KEY, SECRET } from '../main/bitpro/raw-server.ts';
import { openDesk, RATE, review, service, states, WITHDRAWAL } from '../main/money/fixture.ts';
import { answerAs, startFaultServer, type Fault } from './fault-server.ts';

const POST_LIMIT_MS = 400;

/** Nothing is processed, and this is the answer. */
const unprocessed =
  (answer: (response: ServerResponse) => void): Fault =>
  (response) =>
    answer(response);

/** Processed, and then this is the answer. */
const processed =
  (answer: (response: ServerResponse, body: string) => void): Fault =>
  async (response, process) =>
    answer(response, (await process()).body);

const status =
  (code: number, body = '{"errors":"Something"}') =>
  (response: ServerResponse) =>
    void response.writeHead(code, { 'content-type': 'application/json' }).end(body);

const page = (code: number) => (response: ServerResponse) =>
  void response.writeHead(code, { 'content-type': 'text/html' }).end('<html>Sign in</html>');

const drop = (response: ServerResponse) => void response.destroy();

const known = '{"errors":"Amount is greater than your available balance"}';

/** Adds to the digits of the amount without a look at its form. */
const otherAmount: Fault = async (response, process) => {
  const answer = await process();
  answerAs(response, { ...answer, body: answer.body.replace('0.12', '0.13') });
};

const otherAddress: Fault = async (response, process) => {
  const answer = await process();
  const body = answer.body.replace(WITHDRAWAL.address, '2NCJCpBM7ET6oExzzKfWBnFPq8h2Ni2k7Hk');
  answerAs(response, { ...answer, body });
};

/** money-safety.md, The fault matrix, up to the first state; `executed` counts withdrawals of the service. */
const matrix: [
  fault: string,
  meet: Fault,
  endsAs: 'rejected' | 'unknown' | 'needs_human',
  executed: 0 | 1,
][] = [
  [
    '401 for a wrong clock, with a known body',
    unprocessed(status(401, '{"errors":"Date is off by more than 900 s"}')),
    'rejected',
    0,
  ],
  ['a refusal the reference names', unprocessed(status(422, known)), 'rejected', 0],
  ['dropped before processing', unprocessed(drop), 'unknown', 0],
  ['502 before processing', unprocessed(page(502)), 'unknown', 0],
  ['dropped after processing', processed(drop), 'unknown', 1],
  ...[500, 502, 503, 504].map((code): (typeof matrix)[number] => [
    `${code} after processing, even with a known error`,
    processed(status(code, known)),
    'unknown',
    1,
  ]),
  [
    'malformed JSON after processing',
    processed((response, body) => status(201, `${body}}`)(response)),
    'unknown',
    1,
  ],
  [
    'truncated after processing',
    processed((response, body) => {
      response.writeHead(201, { 'content-length': Buffer.byteLength(body) });
      response.write(body.slice(0, -5));
      setTimeout(() => response.destroy(), 20);
    }),
    'unknown',
    1,
  ],
  [
    'a slow drip after processing',
    processed((response, body) => {
      response.writeHead(201, { 'content-length': Buffer.byteLength(body) });
      let at = 0;
      const drip = setInterval(() => response.write(body[(at += 1)] ?? ' '), 50);
      response.on('close', () => clearInterval(drip));
    }),
    'unknown',
    1,
  ],
  [
    'an oversize body after processing',
    processed((response, body) => status(201, body + ' '.repeat(1_100_000))(response)),
    'unknown',
    1,
  ],
  ['another amount', otherAmount, 'needs_human', 1],
  ['another address', otherAddress, 'needs_human', 1],
  ...[301, 307, 407, 408, 409, 429].flatMap((code): (typeof matrix)[number][] => [
    [`${code} before processing`, unprocessed(status(code, known)), 'unknown', 0],
    [`${code} after processing`, processed(status(code, known)), 'unknown', 1],
  ]),
  ['HTML 403 before processing', unprocessed(page(403)), 'unknown', 0],
  ['HTML 200 after processing', processed(page(200)), 'unknown', 1],
  [
    'executed after the client’s timeout',
    async (response, process) => {
      await delay(POST_LIMIT_MS + 200);
      const answer = await process();
      if (!response.destroyed) answerAs(response, answer);
    },
    'unknown',
    1,
  ],
];

test.each(matrix)('%s', async (_, fault, endsAs, executed) => {
  const { desk, server, sandbox, draft } = await openDeskBehindFaults();
  const confirmation = await review(desk, draft);
  const postsBefore = server.posts();
  server.setFault(fault);
  const intent = await desk.money.confirm(confirmation);
  expect(intent).toMatchObject({ state: endsAs, attempts: 1, reason: expect.stringMatching(/./) });

  // Nothing sends it again: not the same confirmation, not an equal draft while it is open, not a restart.
  await expect(desk.money.confirm(confirmation)).rejects.toMatchObject({ code: 'conflict' });
  if (endsAs !== 'rejected') {
    await expect(review(desk, draft)).rejects.toMatchObject({ code: 'duplicate_intent' });
  }
  await expect.poll(() => withdrawals(sandbox)).toBe(executed);
  const restarted = desk.restart();
  expect(restarted.money.recover()).toEqual([]);
  expect(states(restarted)[0]).toBe(endsAs);
  expect(server.posts() - postsBefore).toBe(1);
  expect(withdrawals(sandbox)).toBe(executed);
  expect(verifyChain(restarted.records)).toMatchObject({ ok: true });
});

test('beside a lost answer nothing else of the client goes while its balance was never read', async () => {
  const { desk, server, sandbox, draft } = await openDeskBehindFaults();
  const other = { ...draft, amountBtc: '0.2' };
  const waiting = await review(desk, other);
  server.setFault(processed(drop));
  expect(await desk.money.confirm(await review(desk, draft))).toMatchObject({ state: 'unknown' });
  server.setFault(null);
  const posts = server.posts();

  const unread = { field: 'amountBtc', message: expect.stringContaining('was never read') };
  await expect(desk.money.confirm(waiting)).rejects.toMatchObject(unread);
  await expect(review(desk, { ...draft, amountBtc: '0.3' })).rejects.toMatchObject(unread);
  await expect(review(desk, draft)).rejects.toMatchObject({ code: 'duplicate_intent' });
  expect(server.posts()).toBe(posts);

  desk.world.balanceSats = 100_000_000 - 12_000_000;
  expect(await desk.money.confirm(waiting)).toMatchObject({ state: 'confirmed' });
  expect(withdrawals(sandbox)).toBe(2);
});

test('after a rejection the operator may confirm anew', async () => {
  const { desk, server, sandbox, draft } = await openDeskBehindFaults();
  server.setFault(unprocessed(status(401, '{"errors":"Date is off by more than 900 s"}')));
  const refused = await desk.money.confirm(await review(desk, draft));
  expect(refused.state).toBe('rejected');
  server.setFault(null);
  // The refusal may be the answer to a second copy, so an equal one says why.
  await expect(review(desk, draft)).rejects.toMatchObject({ field: 'reason' });
  const again = { ...draft, reason: 'The clock was wrong' };
  expect(await desk.money.confirm(await review(desk, again))).toMatchObject({ state: 'confirmed' });
  expect(withdrawals(sandbox)).toBe(1);
});

test('an answer that names an older transaction is for a person', async () => {
  const { desk, server, sandbox, draft } = await openDeskBehindFaults();
  let older = '';
  server.setFault(async (response, process) => {
    const answer = await process();
    older = answer.body;
    answerAs(response, answer);
  });
  expect(await desk.money.confirm(await review(desk, draft))).toMatchObject({ state: 'confirmed' });
  server.setFault(processed((response) => status(201, older)(response)));
  const second = { ...draft, amountBtc: '0.2' };
  expect(await desk.money.confirm(await review(desk, second))).toMatchObject({
    state: 'needs_human',
  });
  expect(withdrawals(sandbox)).toBe(2);
});

function withdrawals(sandbox: Sandbox): number {
  return sandbox.ledger().filter(({ type }) => type === 'bitcoin_withdrawal').length;
}

/** A desk with one funded client, whose every request goes through the fault server. */
async function openDeskBehindFaults() {
  const sandbox = await startSandbox({
    merchants: [{ apiKey: API_KEY, secret: SECRET }],
    deposits: 'none',
  });
  onTestFinished(() => sandbox.close());
  const server = await startFaultServer(sandbox);
  onTestFinished(() => server.close());
  const client = clientFor(server.baseUrl, { timeouts: { postMs: POST_LIMIT_MS } });
  const desk = openDesk(service(client));
  desk.world.nowMs = Date.now();
  desk.world.rate = { ...RATE, timeExpiresMs: Date.now() + 60_000 };
  desk.world.balanceSats = null;
  const created = await desk.money.confirm(
    await review(desk, { kind: 'create_client', label: 'Ada' }),
  );
  const clientUid = created.clientUid ?? '';
  sandbox.deposit(clientUid, 100_000_000);
  sandbox.advance(3_600_000);
  return { desk, server, sandbox, draft: { ...WITHDRAWAL, clientUid } };
}
