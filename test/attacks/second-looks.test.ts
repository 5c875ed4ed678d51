import { expect, test } from 'vitest';
import {
  attack,
  formFor,
  ONE_BTC,
  OTHER_PAYEE,
  openDesk,
  PAYEE,
  startAttackServer,
} from './attacked-desk.ts';
import { rowJson, type Answer } from './server.ts';

const DAY_MS = 24 * 3_600_000;

function bodyOf({ body }: Answer): object {
  return body as object;
}

test('a success that names errors confirms nothing', async () => {
  const { server, account, desk } = await attack();
  server.meddle((call) => {
    if (call.action !== 'withdrawal') return undefined;
    const row = { tid: '7', type: 'bitcoin_withdrawal', sats: 25_000_000, address: PAYEE } as const;
    const echo = rowJson({ ...row, createdAtMs: server.nowMs(), post: null });
    return {
      status: 200,
      body: { ...echo, errors: 'Amount is greater than your available balance' },
    };
  });
  expect((await desk.pay(account, '0.25')).state).toBe('unknown');
});

test.each([
  ['failed', { state: 'failed' }, 'failed'],
  ['over another amount', { sats: 50_000_000 }, '0.50000000'],
  ['to another address', { address: OTHER_PAYEE }, OTHER_PAYEE],
])(
  'a confirmed payment that the history lists as %s is for someone to look at',
  async (_how, change, said) => {
    const { account, desk } = await attack();
    const { id } = await desk.pay(account, '0.25');
    await desk.ask('clients.refresh', { uid: account.uid });
    expect((await desk.get(id)).attention ?? null).toBeNull();
    Object.assign(account.rows.at(-1) ?? {}, change);
    await desk.ask('clients.refresh', { uid: account.uid });
    expect((await desk.get(id)).attention).toContain(said);
    const open = await desk.ask('intents.list', { openOnly: true });
    expect(open.map((each) => each.id)).toEqual([id]);
  },
);

test('what the history says against a confirmed payment is said after a restart as well', async () => {
  const { server, account, desk } = await attack();
  const { id } = await desk.pay(account, '0.25');
  Object.assign(account.rows.at(-1) ?? {}, { state: 'failed' });
  await desk.ask('clients.refresh', { uid: account.uid });
  await desk.quit();
  const next = await openDesk(server, desk.userData);
  await expect.poll(async () => (await next.get(id)).attention).toContain('failed');
});

test('a payment that was carried out twice is told, however its answer was', async () => {
  const { server, account, desk } = await attack();
  server.meddle((call) => {
    if (call.action !== 'withdrawal') return undefined;
    const first = call.carryOut();
    call.carryOut();
    return first;
  });
  const { id, state, serverTid } = await desk.pay(account, '0.25');
  expect(state).toBe('confirmed');
  await desk.ask('clients.refresh', { uid: account.uid });
  const second = account.rows.find(({ tid, post }) => post !== null && tid !== serverTid);
  expect((await desk.get(id)).attention).toContain(second?.tid);
});

test('a second payment that somebody asked for is no doubt about the first', async () => {
  const { account, desk } = await attack();
  const first = await desk.pay(account, '0.25');
  const second = await desk.pay(account, '0.25', { reason: 'The second half' });
  await desk.ask('clients.refresh', { uid: account.uid });
  for (const { id } of [first, second]) {
    expect((await desk.get(id)).attention ?? null).toBeNull();
  }
});

test('a failed transaction clears nothing while another one fits', async () => {
  const { server, account, desk } = await attack();
  server.meddle((call) => {
    if (call.action !== 'withdrawal') return undefined;
    call.carryOut();
    Object.assign(account.rows.at(-1) ?? {}, { state: 'failed' });
    call.carryOut();
    return 'drop';
  });
  const { id } = await desk.pay(account, '0.25');
  expect((await desk.look(id)).state).toBe('needs_human');
  const failed = account.rows.find((row) => row.state === 'failed')?.tid ?? '';
  const decision = { id, decision: 'went', reason: 'Seen', found: failed } as const;
  const { code, message } = await desk.refusal('intents.settle', decision);
  expect(code).toBe('conflict');
  expect(message).toContain(account.rows.at(-1)?.tid);
});

test('a failed transaction that is carried out after all needs a person again', async () => {
  const { server, account, desk } = await attack();
  server.meddle((call) => {
    if (call.action !== 'withdrawal') return undefined;
    call.carryOut();
    return 'drop';
  });
  const paid = desk.pay(account, '0.25');
  await expect.poll(() => account.rows.length).toBe(2);
  const row = account.rows[1] ?? {};
  Object.assign(row, { state: 'failed' });
  const { id } = await paid;
  await desk.look(id);
  await desk.ask('clients.refresh', { uid: account.uid });
  const decision = { id, decision: 'did_not_go', reason: 'It failed' } as const;
  expect((await desk.ask('intents.settle', decision)).state).toBe('cleared');
  Object.assign(row, { state: 'processed' });
  await desk.ask('clients.refresh', { uid: account.uid });
  expect((await desk.get(id)).state).toBe('needs_human');
});

test('a clock that was months behind when a payment was cleared does not end the watch over it', async () => {
  const { server, account, desk } = await attack();
  await desk.setMachineClock(-60 * DAY_MS);
  let carryOut = (): Answer => ({ status: 500, body: {} });
  server.meddle((call) => {
    if (call.action !== 'withdrawal') return undefined;
    carryOut = () => call.carryOut();
    return 'drop';
  });
  const { id } = await desk.pay(account, '0.25');
  await desk.ask('intents.settle', { id, decision: 'did_not_go', reason: 'Bitpro says so' });
  await desk.setMachineClock(0);
  await desk.ask('clients.refresh', { uid: account.uid });
  expect(bodyOf(carryOut())).toHaveProperty('tid');
  await desk.ask('clients.refresh', { uid: account.uid });
  expect((await desk.get(id)).state).toBe('needs_human');
});

test('one account that is added twice at the same instant has one profile', async () => {
  const server = await startAttackServer();
  const desk = await openDesk(server);
  const names = ['One', 'Two', 'Three'];
  const added = await Promise.all(
    names.map((name) => desk.result('profiles.testAndSave', { ...formFor(server), name })),
  );
  expect(added.filter(({ ok }) => ok)).toHaveLength(1);
  const kept = (await desk.ask('profiles.list', {})).filter(({ apiKey }) => apiKey !== '');
  expect(kept.filter(({ environment }) => environment !== 'practice')).toHaveLength(1);
});

test.each(['Кraken', 'Kra ken', 'Krakén', 'Kraken.', 'KRAKEN'])(
  'the address book takes no “%s” beside “Kraken”',
  async (label) => {
    const { desk } = await attack();
    await desk.ask('addressBook.add', { address: PAYEE, label: 'Kraken' });
    const refused = await desk.refusal('addressBook.add', { address: OTHER_PAYEE, label });
    expect(refused.field).toBe('label');
  },
);

test('a review says whose it is where another client bears the label, or it is another’s uid', async () => {
  const { server, account, desk } = await attack();
  const other = server.createAccount(ONE_BTC);
  await desk.know(other);
  for (const label of ['Client  1', account.uid]) {
    await desk.ask('clients.label', { uid: other.uid, label });
    const { warnings } = await desk.prepare(other, '0.25', { address: OTHER_PAYEE });
    expect(warnings.join(' ')).toContain(account.uid);
    const [open] = await desk.ask('intents.list', { openOnly: true });
    await desk.ask('intents.discard', { id: open?.id ?? '' });
  }
});

test('a link whose own address is broken is not paid at another one', async () => {
  const { desk } = await attack();
  const broken = `${PAYEE.slice(0, -1)}y`;
  for (const link of [
    `bitcoin:${broken}?tb=${OTHER_PAYEE}`,
    `bitcoin:${PAYEE}#?tb=${OTHER_PAYEE}`,
  ]) {
    expect((await desk.refusal('addresses.check', { text: link })).field).toBe('address');
  }
  const checked = await desk.ask('addresses.check', { text: `bitcoin:${PAYEE}?tb=${OTHER_PAYEE}` });
  expect(checked.address).toBe(PAYEE);
  expect(checked.note).toContain('more than one address');
});

test('the operator’s name with a dot is no second person', async () => {
  const { desk } = await attack();
  const { settings } = await desk.ask('app.info', {});
  await desk.ask('settings.save', { ...settings, operator: 'Maria Rossi' });
  for (const name of ['Maria Rossi.', 'Maria-Rossi', 'MariaRossi']) {
    const refused = await desk.refusal('approvers.add', {
      name,
      newPassphrase: 'correct horse battery',
    });
    expect(refused.field).toBe('name');
  }
});
