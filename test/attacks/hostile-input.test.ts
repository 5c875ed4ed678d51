import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { settingsSchema } from '#shared/domain/app.ts';
import { isTimeZone } from '#shared/time-zone.ts';
import { requests, type RequestName } from '#shared/ipc/contract.ts';
import { inputsFor } from '../helpers/schema-walk.ts';
import { attack, PAYEE } from './attacked-desk.ts';

type Outside = { windows: number; opened: string[]; userData: string };

/** A few hundred for each request; `HOSTILE_INPUTS` for more, `HOSTILE_SEED` for others. */
const COUNT = Number(process.env['HOSTILE_INPUTS'] ?? 150);
const SEED = Number(process.env['HOSTILE_SEED'] ?? 20_261_127);

/** Each of these hashes a passphrase or tries a connection, which takes its time. */
const slow: readonly RequestName[] = [
  'approvers.add',
  'approvers.changePassphrase',
  'intents.approve',
  'policy.save',
  'profiles.testAndSave',
];
const SLOW_COUNT = Math.ceil(COUNT / 10);

/** Last, since they take the desk away. */
const last: readonly RequestName[] = ['profiles.lock', 'profiles.remove', 'profiles.switch'];

test('whatever a page may ask, it is answered with a value or in words, and main lives with its one window', async () => {
  const { server, account, desk } = await attack();
  await desk.app.evaluate(({ dialog }) => {
    dialog.showSaveDialog = async () => ({ canceled: true, filePath: '' });
    dialog.showOpenDialog = async () => ({ canceled: true, filePaths: [] });
  }, null);
  const { intent, reviewHash } = await desk.prepare(account, '0.25');
  const [profile] = (await desk.ask('profiles.list', {})).filter(({ active }) => active);
  const known = [
    account.uid,
    intent.id,
    reviewHash,
    profile?.id ?? '',
    'Attacked',
    PAYEE,
    `bitcoin:${PAYEE}?amount=0.1`,
    PAYEE.slice(-6),
    '0.1',
    '1,500.00',
    '2026-01-31',
    'Europe/Paris',
    'did_not_go',
    server.baseUrl,
    'http://127.0.0.1:9',
    'uid;label\nBT-C1;Aster',
  ];
  const names = Object.keys(requests) as RequestName[];
  const ordered = [...names.filter((name) => !last.includes(name)), ...last];
  const answered = new Map<string, number>();

  for (const name of ordered) {
    const { input } = requests[name];
    const numRuns = slow.includes(name) ? SLOW_COUNT : COUNT;
    const samples = fc.sample(inputsFor(input, known), { seed: SEED, numRuns });
    for (const sample of samples) {
      const asked = onlyLocal(name, sample);
      const result = await desk.app.call(name, asked as never);
      const words = () => `${name} of ${shorten(asked)} was answered ${shorten(result)}`;
      if (!result.ok) {
        expect(result.error.code, words()).not.toBe('internal');
        expect(result.error.message, words()).toMatch(/\S.*\.$/s);
      }
      const kind = result.ok ? 'value' : result.error.code;
      answered.set(kind, (answered.get(kind) ?? 0) + 1);
    }
  }
  const info = await desk.app.call('app.info', {});
  if (!info.ok) throw new Error(info.error.message);
  // Settings that a page could not be drawn with would keep every later start from being of use.
  expect(isTimeZone(info.value.settings.timeZone)).toBe(true);
  expect(settingsSchema.safeParse(info.value.settings).success).toBe(true);
  const outside = await desk.app.evaluate(({ app, BrowserWindow, ...rig }) => {
    const { rigRecord } = rig as unknown as { rigRecord: { opened: string[] } };
    const windows = BrowserWindow.getAllWindows().length;
    return { windows, opened: rigRecord.opened, userData: app.getPath('userData') };
  }, null);
  const { windows, opened, userData } = outside as Outside;
  expect({ windows, opened }).toEqual({ windows: 1, opened: [] });
  const log = readFileSync(join(userData, 'logs/main.log'), 'utf8');
  expect(log.match(/"event":"(?:uncaught|unhandled|warning)[^\n]*/g)).toBeNull();
  // Both sides of each schema were met.
  expect(answered.get('value')).toBeGreaterThan(ordered.length);
  expect(answered.get('invalid_input')).toBeGreaterThan(COUNT);
  expect(server.executed().length).toBeLessThanOrEqual(1);
}, 600_000);

/** No test asks a stranger's server. */
function onlyLocal(name: RequestName, input: unknown): unknown {
  if (name !== 'profiles.testAndSave' || typeof input !== 'object' || input === null) return input;
  const { baseUrl } = input as { baseUrl?: unknown };
  if (typeof baseUrl !== 'string' || !/^\s*https?:/i.test(baseUrl)) return input;
  return { ...input, baseUrl: 'http://127.0.0.1:9' };
}

function shorten(value: unknown): string {
  try {
    return JSON.stringify(value)?.slice(0, 400) ?? String(value);
  } catch {
    return String(value);
  }
}

test('what is under way when its profile is left ends with a value or in words', async () => {
  const { account, desk } = await attack();
  const lines = Array.from({ length: 20_000 }, (_, index) => ({ uid: `BT-C${index}`, label: '' }));
  const { id = '' } = (await desk.ask('profiles.list', {})).find(({ active }) => active) ?? {};
  const under = [
    desk.app.call('clients.import', { lines }),
    desk.app.call('clients.refresh', { uid: account.uid }),
    desk.app.call('clients.add', { uid: 'BT-C99999', label: '' }),
    desk.app.call('clients.copyAddress', { uid: account.uid }),
    desk.app.call('approvers.add', { name: 'Bea', newPassphrase: 'x'.repeat(20) }),
    desk.app.call('addresses.check', { text: PAYEE }),
    desk.app.call('intents.prepare', { kind: 'buy', clientUid: account.uid, amountUsd: '20' }),
    desk.app.call('rates.refresh', {}),
  ];
  await desk.ask('profiles.switch', { id: 'practice' });
  await desk.ask('profiles.switch', { id });
  for (const answer of await Promise.all(under)) {
    expect(answer.ok ? '' : answer.error.code, shorten(answer)).not.toBe('internal');
  }
  expect((await desk.app.call('app.info', {})).ok).toBe(true);
});
