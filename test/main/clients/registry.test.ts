import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '#shared/errors.ts';
import { verifyChain } from '../../../src/main/audit/chain.ts';
import { createDepositAddresses } from '../../../src/main/clients/deposit-addresses.ts';
import { createRegistry } from '../../../src/main/clients/registry.ts';
import { saveBalance } from '../../../src/main/storage/cache/balances-repo.ts';
import { openCache, openRecords } from '../../../src/main/storage/open.ts';
import { iterateAuditEntries } from '../../../src/main/storage/records/audit-repo.ts';
import {
  listRegisteredUids,
  observeAddress,
} from '../../../src/main/storage/records/clients-repo.ts';

const KNOWN = { uid: 'BT-C1', depositAddress: '2NCJCpBM7ET6oExzzKfWBnFPq8h2Ni2k7Hk' };
const OTHER = '2MzCEdXEzBaxCJQAq8igw4pUP1NSGAgzsUr';

let folder: string;
let changes: number;
let added: string[];

function setUp() {
  const records = openRecords(join(folder, 'records.sqlite'));
  const cache = openCache(join(folder, 'cache.sqlite'), join(folder, 'records.sqlite'));
  const registry = createRegistry({
    records,
    cache,
    client: {
      getClient: (uid) =>
        uid === KNOWN.uid
          ? Promise.resolve({ ...KNOWN, balanceSats: 0, unconfirmedSats: 0 })
          : Promise.reject(new AppError('not_found', 'Not found')),
    },
    addresses: createDepositAddresses({ records, network: () => 'testnet' }),
    now: () => 1_000,
    actor: () => 'kim',
    onAdded: (uids) => added.push(...uids),
    onChanged: () => (changes += 1),
  });
  const actions = () =>
    [...iterateAuditEntries(records)].map(({ action, actor }) => `${actor} ${action}`);
  return { records, cache, registry, actions };
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'registry-'));
  changes = 0;
  added = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the registry of clients', () => {
  it('has what was added read at once', async () => {
    const { registry } = setUp();
    await registry.add({ uid: 'BT-C1', label: '' });
    await registry.import([{ uid: 'BT-C7', label: '' }]);
    expect(added).toEqual(['BT-C1', 'BT-C7']);
  });

  it('lets go of a uid of which nothing was ever read, and of no other', async () => {
    const { registry, actions, records, cache } = setUp();
    await registry.import([{ uid: 'mistyped', label: '' }]);
    registry.remove('mistyped');
    expect(listRegisteredUids(records)).toEqual([]);
    expect(actions()).toEqual(['kim client.imported', 'kim client.removed']);
    expect(verifyChain(records)).toMatchObject({ ok: true });
    await registry.add({ uid: 'BT-C1', label: '' });
    saveBalance(cache, 'BT-C1', { balanceSats: 0, unconfirmedSats: 0, asOfMs: 1 });
    expect(() => registry.remove('BT-C1')).toThrow(/Archive it instead/);
  });

  it('takes up a client the server knows, with its address, and writes down who did', async () => {
    const { registry, actions, records } = setUp();
    const client = await registry.add({ uid: 'BT-C1', label: 'Harbour' });
    expect(client).toMatchObject({ ...KNOWN, label: 'Harbour', balance: null });
    expect(actions()).toEqual(['kim client.added']);
    expect(verifyChain(records)).toMatchObject({ ok: true, entries: 1 });
    expect(changes).toBe(1);
  });

  it('takes up neither a client twice nor one the server does not know', async () => {
    const { registry, actions, records } = setUp();
    await expect(registry.add({ uid: 'BT-C9', label: '' })).rejects.toMatchObject({
      code: 'not_found',
      field: 'uid',
    });
    await registry.add({ uid: 'BT-C1', label: '' });
    await expect(registry.add({ uid: 'BT-C1', label: '' })).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(listRegisteredUids(records)).toHaveLength(1);
    expect(actions()).toHaveLength(1);
  });

  it('labels, archives and restores, each with its audit entry', async () => {
    const { registry, actions } = setUp();
    await registry.add({ uid: 'BT-C1', label: '' });
    expect(registry.label({ uid: 'BT-C1', label: 'Quay' }).label).toBe('Quay');
    expect(registry.archive({ uid: 'BT-C1', archived: true }).archived).toBe(true);
    expect(registry.archive({ uid: 'BT-C1', archived: false }).archived).toBe(false);
    expect(actions().slice(1)).toEqual([
      'kim client.labelled',
      'kim client.archived',
      'kim client.restored',
    ]);
    expect(() => registry.label({ uid: 'BT-C9', label: '' })).toThrow(/not among the clients/);
  });

  it('imports only what is new, as one entry', async () => {
    const { registry, actions } = setUp();
    await registry.add({ uid: 'BT-C1', label: 'Harbour' });
    const lines = [
      { uid: 'BT-C1', label: 'Other' },
      { uid: 'BT-C2', label: 'Second' },
    ];
    expect(await registry.import(lines)).toEqual({ imported: 1 });
    expect(registry.get('BT-C1').label).toBe('Harbour');
    expect(actions()).toEqual(['kim client.added', 'kim client.imported']);
  });

  it('gives away no address while two are on record, and needs the end of the one taken', async () => {
    const { registry, records } = setUp();
    await registry.add({ uid: 'BT-C1', label: '' });
    expect(await registry.usableAddress('BT-C1')).toBe(KNOWN.depositAddress);
    observeAddress(records, 'BT-C1', OTHER);
    await expect(registry.usableAddress('BT-C1')).rejects.toThrow(/which of the two/);
    const take = (typedLastSix: string) =>
      registry.acceptAddress({ uid: 'BT-C1', address: OTHER, typedLastSix });
    await expect(take('2i2k7Hk')).rejects.toThrow(/last six/);
    expect((await take('GAgzsUr'.slice(-6))).depositAddress).toBe(OTHER);
    expect(await registry.usableAddress('BT-C1')).toBe(OTHER);
  });

  it('lets the known address be kept by the same proof, and asks again when the other is reported again', async () => {
    const { registry, records } = setUp();
    await registry.add({ uid: 'BT-C1', label: '' });
    observeAddress(records, 'BT-C1', OTHER);
    const address = KNOWN.depositAddress;
    await registry.acceptAddress({ uid: 'BT-C1', address, typedLastSix: address.slice(-6) });
    expect(await registry.usableAddress('BT-C1')).toBe(address);
    observeAddress(records, 'BT-C1', OTHER);
    await expect(registry.usableAddress('BT-C1')).rejects.toThrow(/which of the two/);
  });
});
