import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { defaultApiOptions } from '#shared/domain/profile.ts';
import { attack, openDesk } from './attacked-desk.ts';

type Desk = Awaited<ReturnType<typeof openDesk>>;

const passphrase = 'correct horse battery staple';

/** As somebody with an editor would: every profile clears after a minute. */
function editProfiles(userData: string): void {
  const path = join(userData, 'profiles.json');
  const file = JSON.parse(readFileSync(path, 'utf8')) as { profiles: Record<string, unknown>[] };
  const profiles = file.profiles.map((profile) => ({ ...profile, settleDelayMinutes: 1 }));
  writeFileSync(path, JSON.stringify({ ...file, profiles }));
}

async function openedId(desk: Desk): Promise<string> {
  const opened = (await desk.ask('profiles.list', {})).find(({ active }) => active);
  return opened?.id ?? '';
}

const delayOf = async (desk: Desk) => (await desk.ask('policy.get', {})).settleDelayMinutes;

async function configure(desk: Desk, settleDelayMinutes: number | null, more: object = {}) {
  const id = await openedId(desk);
  const options = { id, explorerUrl: '', options: defaultApiOptions };
  return desk.result('profiles.configure', { ...options, settleDelayMinutes, ...more });
}

test.each([30, null])('a profiles.json edited by hand changes no settle delay: %s', async (set) => {
  const { server, desk } = await attack({ settleDelayMinutes: set });
  await desk.quit();
  editProfiles(desk.userData);
  const later = await openDesk(server, desk.userData);
  expect(await delayOf(later)).toBe(set);
  expect(await later.ask('records.damage', {})).toBeNull();
});

test('a shorter settle delay needs a second person, a longer one and none nobody', async () => {
  const { desk } = await attack({ settleDelayMinutes: 30 });
  await desk.ask('approvers.add', { name: 'Grace', newPassphrase: passphrase });
  expect(await configure(desk, 29)).toMatchObject({
    ok: false,
    error: { code: 'approval_needed', message: expect.stringContaining('after 29 minutes') },
  });
  const wrong = { second: { approver: 'Grace', passphrase: 'something else' } };
  expect(await configure(desk, 29, wrong)).toMatchObject({
    ok: false,
    error: { field: 'passphrase' },
  });
  expect(await delayOf(desk)).toBe(30);
  const second = { second: { approver: 'Grace', passphrase } };
  // What is wrong with the rest is said before anything is saved.
  const badUrl = { ...second, explorerUrl: 'http://blocks.example' };
  expect(await configure(desk, 29, badUrl)).toMatchObject({ error: { field: 'explorerUrl' } });
  expect(await delayOf(desk)).toBe(30);
  expect(await configure(desk, 29, second)).toMatchObject({ ok: true });
  expect(await delayOf(desk)).toBe(29);
  expect(await configure(desk, 31)).toMatchObject({ ok: true });
  expect(await configure(desk, null)).toMatchObject({ ok: true });
  expect(await delayOf(desk)).toBeNull();
  // From by hand to after any delay is less protection, too.
  expect(await configure(desk, 10_080)).toMatchObject({ error: { code: 'approval_needed' } });
});

test('a profile that is not open keeps its settle delay', async () => {
  const { desk } = await attack();
  const options = { id: 'sandbox', explorerUrl: '', options: defaultApiOptions };
  const refused = await desk.result('profiles.configure', { ...options, settleDelayMinutes: 5 });
  expect(refused).toMatchObject({ ok: false, error: { field: 'settleDelayMinutes' } });
  expect(await desk.result('profiles.configure', options)).toMatchObject({ ok: true });
});
