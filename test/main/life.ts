import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Draft } from '#shared/domain/intent.ts';
import type { Notice } from '#shared/domain/app.ts';
import { createCurrentProfile } from '../../src/main/current-profile.ts';
import { createProfileRecords } from '../../src/main/profiles/profile-records.ts';
import { createProfileSecrets } from '../../src/main/profiles/profile-secrets.ts';
import { openProfileStore } from '../../src/main/profiles/profile-store.ts';
import { createProfiles } from '../../src/main/profiles/profiles.ts';
import type { SandboxOptions } from '../../src/sandbox/options.ts';
import { startSandbox } from '../../src/sandbox/server.ts';
import { API_KEY, SECRET } from './bitpro/raw-server.ts';
import { DESTINATION } from './money/fixture.ts';
import { memoryKeychain } from './profiles/memory-keychain.ts';
import { temporaryDirectory } from './storage/databases.ts';

export const PAYMENT = { address: DESTINATION, amountBtc: '0.12' };

/** The app's main process without its window, from a start to its end, over a data folder and a keychain. */
export function startLife(
  userData: string,
  { keychain }: ReturnType<typeof memoryKeychain>,
  now = Date.now,
) {
  const store = openProfileStore({ directory: userData, now, onSetAside: () => {} });
  const secrets = createProfileSecrets({ keychain, installationId: store.installationId });
  const records = createProfileRecords(userData);
  const actor = () => 'alice';
  const profiles = createProfiles({ store, secrets, records, now, actor });
  const notices: Notice[] = [];
  const failures: [string, unknown][] = [];
  const current = createCurrentProfile({
    userData,
    appVersion: '0',
    now,
    actor,
    store,
    secrets,
    profiles,
    forkPractice: () => {
      throw new Error('not needed');
    },
    emit: (name, payload) => {
      if (name === 'notice.shown') notices.push(payload as Notice);
    },
    onDeposits: () => {},
    onFailure: (event, error) => failures.push([event, error]),
  });
  onTestFinished(() => current.close());
  const rooms = async () => {
    const open = await current.rooms();
    await open.ready;
    return open;
  };
  return {
    profiles,
    current,
    rooms,
    notices,
    failures,
    async prepare(draft: Draft) {
      const { intent, reviewHash } = await (await rooms()).money.prepare(draft);
      return { id: intent.id, reviewHash, typed: intent.address?.slice(-6) ?? null };
    },
    /** Draws the review of what waited anew, as its page does, and confirms it. */
    async confirmAnew({ id, typed }: { id: string; typed: string | null }) {
      const { money } = await rooms();
      const { reviewHash } = money.review(id);
      return money.confirm({ id, reviewHash, typed });
    },
    async confirm(confirmation: { id: string; reviewHash: string; typed: string | null }) {
      return (await rooms()).money.confirm(confirmation);
    },
  };
}

/** An account with a client that owns one bitcoin, in a profile that is open. */
export async function setUpLife(options: Partial<SandboxOptions> = {}, name = 'Desk') {
  const sandbox = await startSandbox({
    merchants: [{ apiKey: API_KEY, secret: SECRET }],
    deposits: 'none',
    quoteMs: 24 * 3_600_000,
    ...options,
  });
  onTestFinished(() => sandbox.close());
  const userData = temporaryDirectory();
  const keychain = memoryKeychain();
  const life = startLife(userData, keychain);
  const form = {
    name,
    environment:
      options.environment === 'production' ? ('production' as const) : ('sandbox' as const),
    baseUrl: sandbox.url,
    apiKey: API_KEY,
    secretKey: SECRET,
    keepIn: 'keychain' as const,
  };
  const { id, locked } = await life.profiles.testAndSave(form);
  if (locked) await life.profiles.unlock({ id, typedName: name });
  await life.current.switchTo(id);
  const { clientUid } = await life.confirm(
    await life.prepare({ kind: 'create_client', label: 'Bob' }),
  );
  const uid = clientUid ?? '';
  sandbox.deposit(uid, 100_000_000);
  sandbox.advance(6 * 60_000);
  await (await life.rooms()).sync.refreshClient(uid);
  const payments = (): string[] =>
    sandbox
      .requests()
      .filter(({ method, path }) => method === 'POST' && !path.endsWith('/clients'))
      .map(({ path }) => path);
  return { sandbox, userData, keychain, life, id, uid, form, payments };
}

export function recordsFile(userData: string, id: string): string {
  return join(userData, 'profiles', id, 'records.sqlite');
}

/** A copy of a folder, as a backup, a snapshot or another machine has it. The app may run meanwhile. */
export function copyOf(folder: string): string {
  const copy = join(temporaryDirectory(), 'copy');
  cpSync(folder, copy, { recursive: true });
  return copy;
}

export function putBack(copy: string, folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  cpSync(copy, folder, { recursive: true });
}
