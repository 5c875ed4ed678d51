import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { attack, formFor, ONE_BTC, openDesk, startAttackServer } from './attacked-desk.ts';
import { startServer } from './server.ts';

test('a second profile of one account is refused with the name of the first', async () => {
  const { server, desk } = await attack();
  const form = { ...formFor(server), name: 'Another' };
  const baseUrls = [
    server.baseUrl,
    `${server.baseUrl}/`,
    server.baseUrl.replace('http', 'HTTP'),
    server.baseUrl.replace('/api/v1', '//api/v1'),
    server.baseUrl.replace('/v1', '/%761'),
  ];
  for (const baseUrl of baseUrls) {
    const refused = await desk.refusal('profiles.testAndSave', { ...form, baseUrl });
    expect(refused.message, baseUrl).toContain('Attacked');
  }
});

test('the same account under another name of its host is refused once a known client answers there', async () => {
  const { server, desk } = await attack();
  const baseUrl = server.baseUrl.replace('127.0.0.1', 'localhost');
  const refused = await desk.refusal('profiles.testAndSave', {
    ...formFor(server),
    name: 'Another',
    baseUrl,
  });
  expect(refused.message).toContain('Attacked');
});

test('a profile whose request has no known outcome is not removed', async () => {
  const { server, account, desk } = await attack();
  server.meddle((call) => (call.action === 'withdrawal' ? 'drop' : undefined));
  await desk.pay(account, '0.25');
  const { id } = await open(desk);
  await desk.ask('profiles.switch', { id: 'practice' });
  const refused = await desk.refusal('profiles.remove', { id, typedName: 'Attacked' });
  expect(refused.message).not.toBe('');
  expect((await desk.ask('profiles.list', {})).map((profile) => profile.id)).toContain(id);
});

test('a profile that is removed and added again finds its records', async () => {
  const { server, account, desk } = await attack();
  await desk.pay(account, '0.25');
  const { id } = await open(desk);
  await desk.ask('profiles.switch', { id: 'practice' });
  await desk.ask('profiles.remove', { id, typedName: 'Attacked' });
  await desk.connect({ name: 'Again' });
  expect(await desk.client(account)).toMatchObject({ uid: account.uid });
  const again = await desk.refusal('intents.prepare', desk.withdrawal(account, '0.25'));
  expect(again.field).toBe('reason');
  expect(server.executed()).toHaveLength(1);
});

test('a profile with records is never made another account or another environment', async () => {
  const { server, account, desk } = await attack();
  const { id } = await open(desk);
  const other = await startServer();
  try {
    other.createAccount();
    const form = { ...formFor(server), id };
    server.world.environment = 'production';
    await desk.refusal('profiles.testAndSave', { ...form, environment: 'production' });
    server.world.environment = 'sandbox';
    await desk.refusal('profiles.testAndSave', { ...form, baseUrl: other.baseUrl });
    await desk.refusal('profiles.testAndSave', { ...form, baseUrl: other.baseUrl, secretKey: '' });
    expect(await open(desk)).toMatchObject({ environment: 'sandbox', baseUrl: server.baseUrl });
    expect(await desk.client(account)).toMatchObject({ uid: account.uid });
  } finally {
    await other.close();
  }
});

test('an answer that comes while another profile is open is kept', async () => {
  const { server, account, desk } = await attack();
  const { id: profileId } = await open(desk);
  const held = Promise.withResolvers<void>();
  server.meddle(async (call) => {
    if (call.action !== 'withdrawal') return undefined;
    const answer = call.carryOut();
    await held.promise;
    return answer;
  });
  const review = await desk.prepare(account, '0.25');
  const confirming = desk.confirm(review).catch(() => null);
  await expect.poll(() => server.executed().length).toBe(1);
  const away = desk.result('profiles.switch', { id: 'practice' });
  await sleep(500);
  const back = desk.result('profiles.switch', { id: profileId });
  await sleep(1000);
  held.resolve();
  await Promise.all([confirming, away, back]);
  await desk.ask('profiles.switch', { id: profileId });
  await expect.poll(async () => (await desk.get(review.intent.id)).state).toBe('confirmed');
  expect(server.posts).toHaveLength(1);
});

test('a new client whose answer comes while another profile is open is not lost', async () => {
  const { server, desk } = await attack();
  const { id: profileId } = await open(desk);
  const held = Promise.withResolvers<void>();
  server.meddle(async (call) => {
    if (call.action !== 'create') return undefined;
    const answer = call.carryOut();
    await held.promise;
    return answer;
  });
  const review = await desk.ask('intents.prepare', { kind: 'create_client', label: 'Created' });
  const confirming = desk.confirm(review).catch(() => null);
  await expect.poll(() => server.posts.length).toBe(1);
  const away = desk.result('profiles.switch', { id: 'practice' });
  await sleep(500);
  const back = desk.result('profiles.switch', { id: profileId });
  await sleep(1000);
  held.resolve();
  await Promise.all([confirming, away, back]);
  await desk.ask('profiles.switch', { id: profileId });
  const labels = async () => (await desk.ask('clients.list', {})).map(({ label }) => label);
  await expect.poll(labels).toContain('Created');
  expect(server.accounts.size).toBe(2);
});

const deceivingNames = [
  'Sandbоx', // a Cyrillic о
  'Sand​box', // a zero-width space
  'Ｓａｎｄｂｏｘ',
  'SANDBOX ',
  '‮xobdnaS',
  'Practice\0',
  'Ρractice', // a Greek Rho
  'Production',
  '​',
];
test.each(deceivingNames)('the profile name %j is refused', async (name) => {
  const server = await startAttackServer();
  server.createAccount(ONE_BTC);
  const desk = await openDesk(server);
  const refused = await desk.refusal('profiles.testAndSave', { ...formFor(server), name });
  expect(refused.field).toBe('name');
});

async function open(desk: Awaited<ReturnType<typeof openDesk>>) {
  const profile = (await desk.ask('profiles.list', {})).find(({ active }) => active);
  if (profile === undefined) throw new Error('No profile is open');
  return profile;
}
