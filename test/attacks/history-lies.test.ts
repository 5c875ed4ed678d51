import { expect, test } from 'vitest';
import { attack, ONE_BTC, PAYEE, type Attack } from './attacked-desk.ts';
import { rowJson } from './server.ts';

/** Of the profile, in the attacks on what is settled by itself. */
const settleDelayMinutes = 1;

/** Looks twice and more, with time enough between for whatever settles by itself. */
async function lookOften({ desk }: Attack, id: string): Promise<string> {
  for (let look = 0; look < 3; look += 1) {
    await desk.look(id);
    await desk.pass(20);
    await desk.readAll();
  }
  return (await desk.look(id)).state;
}

test('a history that lags now and then confirms once it is there', async () => {
  const attacked = await attack({ settleDelayMinutes });
  const { server, account, desk } = attacked;
  const frozen = account.rows.map(rowJson);
  let reads = 0;
  server.meddle((call) => {
    if (call.action === 'list' && (reads += 1) % 2 === 0)
      return { status: 200, body: call.page > 1 ? [] : frozen };
    if (call.action !== 'withdrawal') return undefined;
    call.carryOut();
    return 'drop';
  });
  const { id } = await desk.pay(account, '0.25');
  expect(await lookOften(attacked, id)).not.toBe('cleared');
  server.meddle(() => undefined);
  expect(['confirmed', 'needs_human']).toContain((await desk.look(id)).state);
});

test('the transaction that settles by hand is the one that was asked for', async () => {
  const attacked = await attack();
  const { server, account, desk } = attacked;
  server.meddle((call) => (call.action === 'withdrawal' ? 'drop' : undefined));
  const { id } = await desk.pay(account, '0.25');
  await desk.look(id);
  const fits = {
    tid: 'abcdef',
    type: 'bitcoin_withdrawal',
    sats: 25_000_000,
    address: PAYEE,
  } as const;
  server.meddle((call) =>
    call.action === 'row'
      ? { status: 200, body: rowJson({ ...fits, createdAtMs: server.nowMs(), post: null }) }
      : undefined,
  );
  const found = account.rows[0]?.tid ?? '';
  const answer = await desk.result('intents.settle', {
    id,
    decision: 'went',
    reason: 'I saw it',
    found,
  });
  expect(answer.ok).toBe(false);
});

test('a client that is added is read at once', async () => {
  const { server, desk } = await attack();
  const added = server.createAccount(2 * ONE_BTC);
  await desk.ask('clients.add', { uid: added.uid, label: 'Added' });
  const read = async () => {
    const { balance, history } = await desk.client(added);
    return { sats: balance?.balanceSats, complete: history.complete };
  };
  await expect.poll(read, { timeout: 5000 }).toEqual({ sats: 2 * ONE_BTC, complete: true });
});
