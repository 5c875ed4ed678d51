import { describe, expect, onTestFinished, test } from 'vitest';
import { verifyChain } from '../../../src/main/audit/chain.ts';
import { startSandbox } from '../../../src/sandbox/server.ts';
import { clientFor } from '../bitpro/client-under-test.ts';
import { API_KEY, SECRET } from '../bitpro/raw-server.ts';
import { DESTINATION, openDesk, RATE, review, service, setSettleDelay } from './fixture.ts';
import { startProxy, type Fault } from './spoiling-proxy.ts';

async function setUp() {
  const sandbox = await startSandbox({
    merchants: [{ apiKey: API_KEY, secret: SECRET }],
    deposits: 'none',
  });
  onTestFinished(() => sandbox.close());
  const proxy = await startProxy(sandbox.url);
  const client = clientFor(proxy.baseUrl);
  const desk = openDesk(service(client));
  desk.world.nowMs = Date.now();
  const { buyPriceCents } = await client.rates();
  desk.world.rate = { ...RATE, buyPriceCents, timeExpiresMs: Date.now() + 600_000 };
  desk.world.balanceSats = null;
  const created = await desk.money.confirm(
    await review(desk, { kind: 'create_client', label: 'Bob' }),
  );
  const clientUid = created.clientUid ?? '';
  await desk.money.confirm(await review(desk, { kind: 'buy', clientUid, amountUsd: '1500' }));
  const draft = {
    buy: { kind: 'buy', clientUid, amountUsd: '100' },
    withdrawal: { kind: 'withdrawal', clientUid, address: DESTINATION, amountBtc: '0.12' },
  } as const;
  proxy.posts = 0;
  return { sandbox, proxy, desk, draft };
}

const executed: Fault[] = ['drop-answer', 'cut-answer', 'error-after'];

describe.each(['buy', 'withdrawal'] as const)('a %s', (kind) => {
  test.each(executed)(
    'executed, with %s: unknown, then confirmed as the ledger has it',
    async (fault) => {
      const { sandbox, proxy, desk, draft } = await setUp();
      const before = sandbox.ledger().length;
      proxy.fault = fault;
      const { id, state } = await desk.money.confirm(await review(desk, draft[kind]));
      expect(state).toBe('unknown');
      expect(await desk.money.lookAgain(id)).toBeNull();
      const [entry, ...more] = sandbox.ledger().slice(before);
      expect(more).toEqual([]);
      expect(desk.money.get(id)).toMatchObject({
        state: 'confirmed',
        attempts: 1,
        serverTid: entry?.tid,
        receivedSats: entry?.amountSats,
      });
      expect(proxy.posts).toBe(1);
      expect(verifyChain(desk.records).ok).toBe(true);
    },
  );

  test('that never arrived: unknown, then cleared after the settle delay', async () => {
    const { sandbox, proxy, desk, draft } = await setUp();
    setSettleDelay(desk, 5);
    await desk.read(draft[kind].clientUid);
    const before = sandbox.ledger().length;
    proxy.fault = 'drop-request';
    const { id } = await desk.money.confirm(await review(desk, draft[kind]));
    const states: string[] = [];
    for (const minutes of [0, 7, 13]) {
      desk.world.nowMs = Date.now() + minutes * 60_000;
      await desk.money.lookAgain(id);
      states.push(desk.money.get(id).state);
    }
    expect(states).toEqual(['unknown', 'unknown', 'cleared']);
    expect(sandbox.ledger()).toHaveLength(before);
    expect(proxy.posts).toBe(1);
    expect(verifyChain(desk.records).ok).toBe(true);
  });
});
