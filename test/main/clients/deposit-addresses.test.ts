import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDepositAddresses } from '../../../src/main/clients/deposit-addresses.ts';
import { createRegistry } from '../../../src/main/clients/registry.ts';
import { allClients, clientAttention } from '../../../src/main/storage/client-list.ts';
import { openCache, openRecords } from '../../../src/main/storage/open.ts';
import {
  findClientsByAddress,
  observeAddress,
  registerClient,
} from '../../../src/main/storage/records/clients-repo.ts';
import { scratchFolder } from '../../helpers/scratch-folder.ts';

const GOOD = '2NCJCpBM7ET6oExzzKfWBnFPq8h2Ni2k7Hk';
const OTHER = '2MzCEdXEzBaxCJQAq8igw4pUP1NSGAgzsUr';
const BECH32 = 'tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx';

/** What a service may report that no payer must ever be given, and why. */
const unusable: [what: string, address: string, why: RegExp][] = [
  ['mainnet Base58', '17VZNX1SN5NtKa8UQFxwQbFeFc3iqRYhem', /of mainnet/],
  ['mainnet bech32', 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4', /of mainnet/],
  ['one character off', '2NCJCpBM7ET6oExzzKfWBnFPq8h2Ni2k7Hj', /not a valid/],
  ['one character off, bech32', 'tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsy', /not a valid/],
  ['mixed case', BECH32.replace('qw5', 'qW5'), /capital and small/],
  ['markup turned around', '\u202E<b>sUr</b>', /not a valid/],
  ['white space around it', ` ${GOOD}`, /not a valid/],
  ['an invisible character in it', `${GOOD}\u200B`, /not a valid/],
  ['a link', `bitcoin:${GOOD}`, /not a valid/],
  ['a kind nobody can own', 'tb1pfees9rn5nz', /not supported/],
];

let folder: ReturnType<typeof scratchFolder>;
let db: ReturnType<typeof setUp>;

function setUp() {
  const path = (name: string) => `${folder.path}/${name}.sqlite`;
  const records = openRecords(path('records'));
  const cache = openCache(path('cache'), path('records'));
  let network: 'testnet' | 'mainnet' = 'testnet';
  const reported = new Map<string, string>();
  const addresses = createDepositAddresses({ records, network: () => network });
  const registry = createRegistry({
    records,
    cache,
    client: {
      getClient: (uid) => {
        const depositAddress = reported.get(uid) ?? '';
        return Promise.resolve({ uid, depositAddress, balanceSats: 0, unconfirmedSats: 0 });
      },
    },
    addresses,
    now: () => 1,
    actor: () => 'kim',
    onAdded: () => {},
    onChanged: () => {},
  });
  /** As the query worker answers them. */
  const list = () => allClients(cache, { network });
  const attention = () => clientAttention(cache, { network });
  return {
    records,
    cache,
    registry,
    list,
    attention,
    reported,
    goTo: (next: typeof network) => (network = next),
  };
}

beforeEach(() => {
  folder = scratchFolder();
  db = setUp();
});
afterEach(() => {
  db.cache.close();
  db.records.close();
  folder.remove();
});

function register(uid: string, depositAddress: string | null, label = ''): void {
  registerClient(db.records, { uid, label, source: 'imported', addedAtMs: 1, depositAddress });
}

/** Every way in which an address becomes a client's deposit address. */
const doors: [door: string, enter: (address: string) => unknown][] = [
  [
    'a client added by its uid',
    (address) => {
      db.reported.set('BT-1', address);
      return db.registry.add({ uid: 'BT-1', label: '' });
    },
  ],
  [
    'a client created, or found when its creation was settled',
    (address) => register('BT-1', address),
  ],
  [
    'the first reading of an imported client',
    (address) => {
      register('BT-1', null);
      observeAddress(db.records, 'BT-1', address);
    },
  ],
  [
    'records that were changed beside the app',
    (address) => {
      register('BT-1', GOOD);
      db.records.prepare('UPDATE clients SET deposit_address = ?').run(address);
    },
  ],
];

describe.each(doors)('a deposit address by %s', (_door, enter) => {
  it.each(unusable)('is not given away: %s', async (_what, address, why) => {
    await enter(address);
    const [client] = db.list();
    expect(client?.addressProblem).toMatch(why);
    await expect(db.registry.usableAddress('BT-1')).rejects.toThrow(why);
    expect(db.attention()).toEqual([
      { uid: 'BT-1', label: '', what: 'unusable', why: expect.stringMatching(why) },
    ]);
  });

  it.each([GOOD, OTHER, BECH32, BECH32.toUpperCase()])('is given away: %s', async (address) => {
    await enter(address);
    expect(await db.registry.usableAddress('BT-1')).toBe(address);
    expect(db.attention()).toEqual([]);
  });

  it('is given away by neither of two clients that share it, however it is written', async () => {
    register('BT-2', BECH32, 'Birch');
    await enter(BECH32.toUpperCase());
    await expect(db.registry.usableAddress('BT-1')).rejects.toThrow(
      /same address for “Birch” \(BT-2\)/,
    );
    await expect(db.registry.usableAddress('BT-2')).rejects.toThrow(/same address for BT-1/);
    expect(
      db
        .attention()
        .map(({ uid }) => uid)
        .sort(),
    ).toEqual(['BT-1', 'BT-2']);
  });
});

it('judges by the network of the profile', async () => {
  register('BT-1', '17VZNX1SN5NtKa8UQFxwQbFeFc3iqRYhem');
  db.goTo('mainnet');
  expect(await db.registry.usableAddress('BT-1')).toMatch(/^17VZ/);
  db.goTo('testnet');
  await expect(db.registry.usableAddress('BT-1')).rejects.toThrow(/of mainnet/);
});

describe('a changed address', () => {
  const accept = (address: string) =>
    db.registry.acceptAddress({ uid: 'BT-1', address, typedLastSix: address.slice(-6) });

  it.each(unusable)('cannot be taken: %s', async (_what, address, why) => {
    register('BT-1', GOOD);
    observeAddress(db.records, 'BT-1', address);
    await expect(accept(address)).rejects.toThrow(/last six|cannot be taken/);
    const [client] = db.list();
    expect(client).toMatchObject({ depositAddress: GOOD, conflictingAddress: address });
    expect(client?.conflictProblem).toMatch(why);
    await expect(db.registry.usableAddress('BT-1')).rejects.toThrow(/which of the two/);
  });

  it('cannot be taken where it is another client’s, nor does that client’s own stay in use', async () => {
    register('BT-1', GOOD);
    register('BT-2', OTHER, 'Birch');
    observeAddress(db.records, 'BT-1', OTHER);
    await expect(accept(OTHER)).rejects.toThrow(/“Birch” \(BT-2\).*cannot be taken/);
    await expect(db.registry.usableAddress('BT-2')).rejects.toThrow(/same address for BT-1/);
    await accept(GOOD);
    expect(await db.registry.usableAddress('BT-2')).toBe(OTHER);
  });

  it('replaces one that could not be used', async () => {
    register('BT-1', '17VZNX1SN5NtKa8UQFxwQbFeFc3iqRYhem');
    observeAddress(db.records, 'BT-1', GOOD);
    await accept(GOOD);
    expect(await db.registry.usableAddress('BT-1')).toBe(GOOD);
  });
});

it('knows whose address it is, however bech32 is written, and never by the letters of Base58 alone', () => {
  register('BT-1', BECH32);
  register('BT-2', GOOD);
  expect(findClientsByAddress(db.records, BECH32.toUpperCase()).map(({ uid }) => uid)).toEqual([
    'BT-1',
  ]);
  expect(findClientsByAddress(db.records, GOOD.toLowerCase())).toEqual([]);
  expect(db.registry.ownersOf(GOOD)).toEqual([{ uid: 'BT-2', label: '' }]);
});
