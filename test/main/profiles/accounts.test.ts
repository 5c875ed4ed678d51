import { expect, onTestFinished, test } from 'vitest';
import type { ConnectionForm } from '#shared/domain/profile.ts';
import { createProfileDir } from '../../../src/main/profiles/profile-dir.ts';
import { createProfileRecords } from '../../../src/main/profiles/profile-records.ts';
import { createProfileSecrets } from '../../../src/main/profiles/profile-secrets.ts';
import { openProfileStore } from '../../../src/main/profiles/profile-store.ts';
import { createProfiles } from '../../../src/main/profiles/profiles.ts';
import type { Journal } from '../../../src/main/money/journal.ts';
import { openRecords, type RecordsDb } from '../../../src/main/storage/open.ts';
import { registerClient } from '../../../src/main/storage/records/clients-repo.ts';
import { startSandbox } from '../../../src/sandbox/server.ts';
import { clientFor } from '../../helpers/service-client.ts';
import { DESTINATION } from '../money/fixture.ts';
import { temporaryDirectory } from '../storage/databases.ts';
import { startKeyDoor } from './key-door.ts';
import { memoryKeychain } from './memory-keychain.ts';
import { journalOf, NO_HISTORY } from '../money/journal-of.ts';

const first = { apiKey: 'M-first', secret: 'the first secret' };
const renewed = { apiKey: 'M-renewed', secret: 'the renewed secret' };
const second = { apiKey: 'M-second', secret: 'the second secret' };

async function setUp() {
  const sandbox = await startSandbox({ merchants: [first, second], deposits: 'none' });
  onTestFinished(() => sandbox.close());
  const url = await startKeyDoor(sandbox.url, first, [renewed]);
  const directory = temporaryDirectory();
  const memory = memoryKeychain();
  const start = () => {
    const store = openProfileStore({ directory, now: Date.now, onSetAside: () => {} });
    const { installationId } = store;
    const secrets = createProfileSecrets({ keychain: memory.keychain, installationId });
    const records = createProfileRecords(directory);
    return createProfiles({ store, secrets, records, now: Date.now, actor: () => 'alice' });
  };
  const form = (
    keys: { apiKey: string; secret: string },
    changes: Partial<ConnectionForm> = {},
  ): ConnectionForm => ({
    name: '',
    environment: 'sandbox',
    baseUrl: url,
    apiKey: keys.apiKey,
    secretKey: keys.secret,
    keepIn: 'keychain',
    ...changes,
  });
  /** What a profile has once it was opened and used. */
  const write = (id: string, fill: (records: RecordsDb) => void): void => {
    const records = openRecords(createProfileDir(directory, id).recordsPath);
    fill(records);
    records.close();
  };
  const withClient = async (id: string, keys = first) => {
    const outcome = await clientFor(url, keys).createClient();
    if (outcome.kind !== 'accepted') throw new Error('no client');
    const { uid, depositAddress } = outcome.value;
    write(id, (records) =>
      registerClient(records, {
        uid,
        label: 'Bob',
        source: 'created',
        addedAtMs: 0,
        depositAddress,
      }),
    );
    return uid;
  };
  const withRequest = (id: string, clientUid: string, keep: (j: Journal, id: string) => void) =>
    write(id, (records) => {
      const journal = journalOf(records, Date.now);
      journal.journal({
        id: 'request',
        kind: 'withdrawal',
        clientUid,
        usdCents: null,
        amountSats: 5_000_000,
        address: DESTINATION,
        label: null,
        quotedPriceCents: null,
        quoteObservedAtMs: null,
        quoteExpiresAtMs: null,
        quoteGuardMs: null,
        expectedSats: null,
        createdAtMs: 0,
        repeatReason: null,
      });
      keep(journal, 'request');
    });
  return {
    url,
    sandbox,
    directory,
    memory,
    profiles: start(),
    start,
    form,
    withClient,
    withRequest,
  };
}

test.each([
  ['typed again', (url: string) => url],
  ['by another name of this machine', (url: string) => url.replace('127.0.0.1', 'localhost')],
  ['and by a third', (url: string) => url.replace('127.0.0.1', 'LOCALHOST.')],
  ['with doubled slashes', (url: string) => url.replace('/api/', '//api//')],
  ['at another path', (url: string) => url.replace('/api/v1', '/v2')],
  ['with needless encoding', (url: string) => url.replace('/api/v1', '/%61pi/%761/')],
])('a second profile of one account is refused: %s', async (_how, spell) => {
  const { url, profiles, form } = await setUp();
  await profiles.testAndSave(form(first, { name: 'Main desk' }));
  const again = profiles.testAndSave(form(first, { name: 'Other', baseUrl: spell(url) }));
  await expect(again).rejects.toMatchObject({
    code: 'conflict',
    field: 'apiKey',
    message: expect.stringContaining('Main desk is this account already'),
  });
  expect(profiles.list()).toHaveLength(4);
});

test('and by another name of its host, once a known client answers there as it did', async () => {
  const { sandbox, url, profiles, form, withClient } = await setUp();
  expect(sandbox.url).not.toBe(url);
  const { id } = await profiles.testAndSave(form(first, { name: 'Main desk' }));
  const uid = await withClient(id);
  const again = profiles.testAndSave(form(first, { name: 'Other', baseUrl: sandbox.url }));
  await expect(again).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringMatching(`Main desk is this account already: its client ${uid} answers`),
  });
  const other = await profiles.testAndSave(form(second, { name: 'Two', baseUrl: sandbox.url }));
  expect(other.found).toBeNull();
});

test('another account of the same server is another profile', async () => {
  const { profiles, form, withClient } = await setUp();
  const { id } = await profiles.testAndSave(form(first, { name: 'Main desk' }));
  await withClient(id);
  const other = await profiles.testAndSave(form(second, { name: 'Second desk' }));
  expect(other.found).toBeNull();
  expect(profiles.list()).toHaveLength(5);
});

test('a new key under which known clients answer belongs to their account', async () => {
  const { profiles, form, withClient } = await setUp();
  const { id } = await profiles.testAndSave(form(first, { name: 'Main desk' }));
  const uid = await withClient(id);
  const again = profiles.testAndSave(form(renewed, { name: 'Other' }));
  await expect(again).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringMatching(`Main desk is this account already: its client ${uid} answers`),
  });
});

test('editing a profile into the account of another one is refused as well', async () => {
  const { profiles, form } = await setUp();
  await profiles.testAndSave(form(first, { name: 'Main desk' }));
  const { id } = await profiles.testAndSave(form(second, { name: 'Second desk' }));
  await expect(
    profiles.testAndSave(form(first, { id, name: 'Second desk' })),
  ).rejects.toMatchObject({ code: 'conflict', field: 'apiKey' });
  expect(profiles.view(id).apiKey).toBe(second.apiKey);
});

test.each([
  ['waiting', () => {}, 'waiting to be confirmed'],
  [
    'being sent',
    (journal: Journal, id: string) => void journal.markSent(id, 'hash', NO_HISTORY),
    'being sent',
  ],
  [
    'not known',
    (journal: Journal, id: string) => {
      journal.markSent(id, 'hash', NO_HISTORY);
      journal.recover();
    },
    'of unknown outcome',
  ],
])('a profile with a request that is %s is not removed', async (_state, keep, words) => {
  const { profiles, form, withClient, withRequest } = await setUp();
  const { id } = await profiles.testAndSave(form(first, { name: 'Main desk' }));
  withRequest(id, await withClient(id), keep);
  await expect(profiles.remove({ id, typedName: 'Main desk' })).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining(`1 ${words}`),
  });
  expect(profiles.view(id).secret).toBe('ready');
});

test.each([
  ['with its key', first, ''],
  ['with a new name', first, 'Treasury'],
  ['with a new key of the account', renewed, ''],
])('a removed profile that is added again finds its records: %s', async (_how, keys, name) => {
  const { profiles, form, start, withClient, withRequest } = await setUp();
  const { id } = await profiles.testAndSave(form(first, { name: 'Main desk' }));
  withRequest(id, await withClient(id), (journal, request) => void journal.discard(request));
  await profiles.remove({ id, typedName: 'Main desk' });
  expect(profiles.list()).toHaveLength(3);
  // Over a restart too.
  const later = start();
  const found = await later.testAndSave(form(keys, { name }));
  expect(found).toMatchObject({
    id,
    name: name || 'Main desk',
    apiKey: keys.apiKey,
    secret: 'ready',
    found: { clients: 1, requests: 1 },
  });
  expect(later.list()).toHaveLength(4);
  await later.signerFor(id);
  // And is one profile again: removing and adding it once more works.
  await later.remove({ id, typedName: found.name });
  expect((await later.testAndSave(form(keys))).id).toBe(id);
});

test('a profile is not edited into a removed one', async () => {
  const { profiles, form } = await setUp();
  const { id } = await profiles.testAndSave(form(first, { name: 'Main desk' }));
  await profiles.remove({ id, typedName: 'Main desk' });
  const { id: other } = await profiles.testAndSave(form(second, { name: 'Second desk' }));
  await expect(
    profiles.testAndSave(form(first, { id: other, name: 'Second desk' })),
  ).rejects.toThrow('removed profile Main desk');
});

test('environment and server of a profile with records do not change by editing', async () => {
  const { profiles, form, withClient } = await setUp();
  const live = await startSandbox({ merchants: [first], environment: 'production' });
  onTestFinished(() => live.close());
  const { id } = await profiles.testAndSave(form(first, { name: 'Main desk' }));
  // A slip is mended as long as nothing was kept.
  const moved = await profiles.testAndSave(
    form(first, { id, name: 'Main desk', baseUrl: live.url, environment: 'production' }),
  );
  expect(moved).toMatchObject({ environment: 'production', locked: true });
  await profiles.testAndSave(form(first, { id, name: 'Main desk' }));
  await withClient(id);
  await expect(
    profiles.testAndSave(
      form(first, { id, name: 'Main desk', baseUrl: live.url, environment: 'production' }),
    ),
  ).rejects.toMatchObject({ field: 'baseUrl', message: expect.stringContaining('has records') });
  await expect(
    profiles.testAndSave(form(first, { id, name: 'Main desk', environment: 'production' })),
  ).rejects.toMatchObject({ field: 'environment' });
  expect(profiles.view(id)).toMatchObject({ environment: 'sandbox', network: 'testnet' });
});

test('new keys are taken when known clients answer under them, and not otherwise', async () => {
  const { profiles, form, withClient, memory } = await setUp();
  const { id } = await profiles.testAndSave(form(first, { name: 'Main desk' }));
  const uid = await withClient(id);
  const keysOf = ({ apiKey, secret: secretKey }: typeof first) =>
    ({ id, apiKey, secretKey, keepIn: 'keychain' }) as const;
  const before = JSON.stringify([...memory.items]);
  const other = { code: 'conflict', field: 'apiKey', message: expect.stringContaining(uid) };
  await expect(profiles.renewKeys(keysOf(second))).rejects.toMatchObject(other);
  // By the form for the connection as well.
  await expect(profiles.testAndSave(form(second, { id, name: 'Main desk' }))).rejects.toMatchObject(
    other,
  );
  expect(JSON.stringify([...memory.items])).toBe(before);
  expect(profiles.view(id).apiKey).toBe(first.apiKey);
  const taken = await profiles.renewKeys(keysOf(renewed));
  expect(taken).toMatchObject({ id, name: 'Main desk', apiKey: renewed.apiKey, secret: 'ready' });
});

test('with no client known yet new keys need only the connection test', async () => {
  const { profiles, form } = await setUp();
  const { id } = await profiles.testAndSave(form(first, { name: 'Main desk' }));
  const keys = { id, apiKey: second.apiKey, secretKey: second.secret, keepIn: 'keychain' } as const;
  await expect(profiles.renewKeys({ ...keys, secretKey: 'wrong' })).rejects.toMatchObject({
    code: 'unauthorized',
  });
  await expect(
    profiles.renewKeys({ ...keys, apiKey: first.apiKey, secretKey: '' }),
  ).rejects.toMatchObject({ code: 'invalid_input', field: 'secretKey' });
  expect((await profiles.renewKeys(keys)).apiKey).toBe(second.apiKey);
});

test('Practice has no keys to renew', async () => {
  const { profiles } = await setUp();
  const keys = { id: 'practice', apiKey: 'x', secretKey: 'y', keepIn: 'keychain' } as const;
  await expect(profiles.renewKeys(keys)).rejects.toMatchObject({ code: 'invalid_input' });
});
