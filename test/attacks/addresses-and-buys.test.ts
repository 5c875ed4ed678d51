import { NETWORK } from '@scure/btc-signer';
import { expect, test } from 'vitest';
import { attack, ONE_BTC, openDesk, startAttackServer } from './attacked-desk.ts';
import { randomAddress } from './server.ts';

function withBrokenChecksum(address: string): string {
  return address.slice(0, -1) + (address.endsWith('q') ? 'p' : 'q');
}

const unusable: [string, (address: string) => string][] = [
  ['a broken checksum', withBrokenChecksum],
  ['an address of the other network', () => randomAddress(NETWORK)],
  ['a reversing mark', (address) => `‮${address}`],
  ['an empty address', () => ''],
  ['no address at all', () => '<b>here</b>'],
];

test.each(unusable)('%s is not copied as a deposit address', async (_what, change) => {
  const server = await startAttackServer();
  const account = server.createAccount(ONE_BTC);
  account.address = change(account.address);
  const desk = await openDesk(server);
  await desk.connect();
  await desk.ask('clients.import', { lines: [{ uid: account.uid, label: 'Client' }] });
  await desk.readAll();
  const copied = await desk.result('clients.copyAddress', { uid: account.uid });
  expect(copied.ok).toBe(false);
});

test('a deposit address that two clients have is copied for neither', async () => {
  const { server, account, desk } = await attack();
  const twin = server.createAccount(ONE_BTC);
  twin.address = account.address;
  await desk.ask('clients.import', { lines: [{ uid: twin.uid, label: 'Twin' }] });
  await desk.readAll();
  expect((await desk.result('clients.copyAddress', { uid: twin.uid })).ok).toBe(false);
});

test.each(unusable.filter(([what]) => what !== 'an empty address'))(
  '%s in place of a deposit address cannot be accepted',
  async (_what, change) => {
    const { account, desk } = await attack();
    const former = account.address;
    account.address = change(former);
    await desk.readAll();
    await desk.result('clients.refresh', { uid: account.uid });
    const accept = {
      uid: account.uid,
      address: account.address,
      typedLastSix: account.address.slice(-6),
    };
    expect((await desk.result('clients.acceptAddress', accept)).ok).toBe(false);
    expect((await desk.client(account)).depositAddress).toBe(former);
  },
);

test('another client’s address in place of a deposit address cannot be accepted', async () => {
  const { server, account, desk } = await attack();
  const other = server.createAccount(ONE_BTC);
  await desk.know(other);
  const former = account.address;
  account.address = other.address;
  await desk.readAll();
  await desk.result('clients.refresh', { uid: account.uid });
  const accept = {
    uid: account.uid,
    address: other.address,
    typedLastSix: other.address.slice(-6),
  };
  expect((await desk.result('clients.acceptAddress', accept)).ok).toBe(false);
  expect((await desk.client(account)).depositAddress).toBe(former);
});

test('an address that is right can be accepted in place of the former', async () => {
  const { account, desk } = await attack();
  account.address = randomAddress();
  await desk.readAll();
  await desk.result('clients.refresh', { uid: account.uid });
  const accept = {
    uid: account.uid,
    address: account.address,
    typedLastSix: account.address.slice(-6),
  };
  expect((await desk.result('clients.acceptAddress', accept)).ok).toBe(true);
  expect((await desk.result('clients.copyAddress', { uid: account.uid })).ok).toBe(true);
});

const buy = (clientUid: string) => ({ kind: 'buy', clientUid, amountUsd: '1070' }) as const;

test.each(['9.99', '0.00000001', '0.4'])(
  'a buy for 1,070 USD that is answered with %s BTC needs a person',
  async (amount) => {
    const { server, account, desk } = await attack();
    server.meddle((call) => {
      if (call.action !== 'buy') return undefined;
      const answer = call.carryOut();
      return { ...answer, body: { ...(answer.body as object), amount } };
    });
    const confirmed = await desk.confirm(await desk.ask('intents.prepare', buy(account.uid)));
    expect(confirmed).toMatchObject({ ok: true, value: { state: 'needs_human' } });
  },
);

test.each([2.5, 0.4, 1.2])(
  'a buy that is carried out at %f times the price needs a person',
  async (times) => {
    const { server, account, desk } = await attack();
    server.meddle((call) => {
      if (call.action === 'buy')
        server.world.priceCents = Math.round(server.world.priceCents * times);
      return undefined;
    });
    const confirmed = await desk.confirm(await desk.ask('intents.prepare', buy(account.uid)));
    expect(confirmed).toMatchObject({ ok: true, value: { state: 'needs_human' } });
    expect(server.executed()).toHaveLength(1);
  },
);

test('a buy within the tolerance is confirmed', async () => {
  const { server, account, desk } = await attack();
  server.meddle((call) => {
    if (call.action === 'buy') server.world.priceCents = Math.round(server.world.priceCents * 1.01);
    return undefined;
  });
  const confirmed = await desk.confirm(await desk.ask('intents.prepare', buy(account.uid)));
  expect(confirmed).toMatchObject({ ok: true, value: { state: 'confirmed' } });
});

test.each([1, 1000, 100_000_000])(
  'a price of %i cents after many of 122,510 is warned of in the review',
  async (cents) => {
    const { server, account, desk } = await attack();
    await desk.ask('rates.refresh', {});
    const honest = await desk.ask('intents.prepare', buy(account.uid));
    expect(honest.warnings).toEqual([]);
    await desk.ask('intents.discard', { id: honest.intent.id });
    server.world.priceCents = cents;
    const prepared = await desk.result('intents.prepare', buy(account.uid));
    if (prepared.ok) expect(prepared.value.warnings).not.toEqual([]);
  },
);
