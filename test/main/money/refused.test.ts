import type { ServerResponse } from 'node:http';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { IntentState } from '#shared/domain/intent.ts';
import { verifyChain } from '../../../src/main/audit/chain.ts';
import { startSandbox } from '../../../src/sandbox/server.ts';
import { clientFor } from '../bitpro/client-under-test.ts';
import { API_KEY, json, SECRET, startRawServer } from '../bitpro/raw-server.ts';
import { BUY, DESTINATION, openDesk, RATE, review, service } from './fixture.ts';
import { AGAIN } from './lossy.ts';
import { startProxy } from './spoiling-proxy.ts';

const AVAILABLE = 'Amount is greater than your available balance';
const refusals: [number, string][] = [
  [422, AVAILABLE],
  [422, 'Amount should not be smaller than 0.05 BTC'],
  [422, 'Address is not a valid bitcoin address'],
  [422, "Address can't be blank"],
  [422, 'Traded fiat must be greater than 0'],
  [404, 'Not found'],
  [401, 'The signature does not match'],
  [401, 'Date is off by more than 900 s'],
];

type Row = Record<string, unknown>;

/** A service whose history and whose answer to the POST have nothing to do with each other. */
async function setUp(answer: { status: number; errors: string }) {
  const history: Row[] = [];
  const world = {
    history,
    /** What the POST becomes, whatever it is answered. */
    becomes: [] as Row[],
    /** How the history is read once the POST was there; null: as it is. */
    readAfter: null as ((response: ServerResponse) => void) | null,
  };
  let read = (response: ServerResponse): void => json(response, 200, history);
  const server = await startRawServer((seen, response) => {
    if (seen.method === 'POST') {
      history.unshift(...world.becomes);
      read = world.readAfter ?? read;
      json(response, answer.status, { errors: answer.errors });
    } else if (seen.url.includes('page=')) json(response, 200, []);
    else if (seen.url.includes('/transactions')) read(response);
    else json(response, 200, { status: 'ok', environment: 'sandbox' });
  });
  const desk = openDesk(service(clientFor(server.baseUrl)));
  desk.world.nowMs = Date.now();
  desk.world.rate = { ...RATE, timeExpiresMs: Date.now() + 600_000 };
  return { desk, server, world };
}

function row(changes: Row = {}): Row {
  return {
    tid: '7',
    type: 'bitcoin_withdrawal',
    amount: '0.12',
    created_at: new Date().toISOString(),
    address: DESTINATION,
    state: 'pending',
    ...changes,
  };
}

const became: [string, Row[], IntentState][] = [
  ['nothing', [], 'rejected'],
  ['the payment itself', [row()], 'needs_human'],
  ['the payment less a fee', [row({ amount: '0.1199' })], 'needs_human'],
  ['an unknown type of the amount', [row({ type: 'bitcoin_transfer' })], 'needs_human'],
  ['a deposit', [row({ type: 'bitcoin_deposit', tx_confirmations: 0 })], 'rejected'],
];

describe.each(refusals)('%i %s', (status, errors) => {
  test.each(became)('after it became %s', async (_, becomes, state) => {
    const { desk, server, world } = await setUp({ status, errors });
    world.becomes = becomes;
    const intent = await desk.money.confirm(await review(desk, AGAIN));
    expect(intent.state).toBe(state);
    if (state === 'needs_human') expect(intent.reason).toContain('7 over 0.1');
    expect(server.posts()).toBe(1);
    expect(verifyChain(desk.records).ok).toBe(true);
  });
});

describe('a history that cannot be read after the refusal leaves it unknown', () => {
  const unreadable: [string, (response: ServerResponse) => void][] = [
    ['an error', (response) => json(response, 422, { errors: 'Compliance hold' })],
    ['a page of another form', (response) => json(response, 200, { rows: [] })],
    ['without what was there', (response) => json(response, 200, [])],
  ];
  test.each(unreadable)('%s', async (_, read) => {
    const { desk, world } = await setUp({ status: 422, errors: AVAILABLE });
    const created_at = new Date(Date.now() - 60_000).toISOString();
    world.history.push(row({ tid: '1', amount: '1', created_at }));
    world.becomes = [row()];
    world.readAfter = read;
    const intent = await desk.money.confirm(await review(desk, AGAIN));
    expect(intent.state).toBe('unknown');
    expect(intent.reason).toContain('Bitpro refused it');
    await expect(review(desk, AGAIN)).rejects.toMatchObject({ code: 'duplicate_intent' });
  });

  test('one that does not answer is given up after ten seconds, and the intent is `sent` meanwhile', async () => {
    const { desk, world } = await setUp({ status: 422, errors: AVAILABLE });
    const confirmation = await review(desk, AGAIN);
    world.readAfter = () => {};
    const confirmed = desk.money.confirm(confirmation);
    await expect.poll(() => desk.planned().map(({ delayMs }) => delayMs)).toEqual([10_000]);
    expect(desk.money.get(confirmation.id).state).toBe('sent');
    desk.planned()[0]?.run();
    expect((await confirmed).state).toBe('unknown');
    expect(desk.planned()).toEqual([]);
  });
});

test('what was executed is never rejected, whatever status and text answer it', async () => {
  const texts = [...refusals.map(([, text]) => text), 'Replicated request', 'Compliance hold', ''];
  const statuses = [400, 401, 403, 404, 409, 422, 429, 500, 503];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...statuses),
      fc.constantFrom(...texts),
      fc.boolean(),
      async (status, errors, isExecuted) => {
        const { desk, server, world } = await setUp({ status, errors });
        if (isExecuted) world.becomes = [row()];
        const { state } = await desk.money.confirm(await review(desk, AGAIN));
        expect(['rejected', 'unknown', 'needs_human']).toContain(state);
        if (isExecuted) expect(state).not.toBe('rejected');
        await server.close();
      },
    ),
    { numRuns: 60 },
  );
});

test('a proxy that loses the first answer and sends the request again makes nobody pay twice', async () => {
  const sandbox = await startSandbox({
    merchants: [{ apiKey: API_KEY, secret: SECRET }],
    deposits: 'none',
  });
  onTestFinished(() => sandbox.close());
  const proxy = await startProxy(sandbox.url);
  const desk = openDesk(service(clientFor(proxy.baseUrl)));
  desk.world.nowMs = Date.now();
  desk.world.balanceSats = null;
  const created = await desk.money.confirm(
    await review(desk, { kind: 'create_client', label: 'Bob' }),
  );
  const clientUid = created.clientUid ?? '';
  sandbox.deposit(clientUid, 12_000_000);
  sandbox.advance(3_600_000);
  const draft = { ...AGAIN, clientUid };
  proxy.fault = 'send-twice';
  const intent = await desk.money.confirm(await review(desk, draft));
  expect(sandbox.ledger().filter(({ type }) => type === 'bitcoin_withdrawal')).toHaveLength(1);
  expect(intent.state).toBe('unknown');
  await desk.money.lookAgain(intent.id);
  expect(desk.money.get(intent.id)).toMatchObject({ state: 'confirmed' });

  const buy = { ...BUY, clientUid };
  desk.world.rate = { ...RATE, timeExpiresMs: Date.now() + 86_400_000 };
  expect(await desk.money.confirm(await review(desk, buy))).toMatchObject({ state: 'unknown' });
  expect(sandbox.ledger().filter(({ type }) => type === 'bitcoin_buy')).toHaveLength(1);
});
