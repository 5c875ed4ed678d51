import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ClientsQuery } from '#shared/domain/client.ts';
import { saveBalance } from '../../../src/main/storage/cache/balances-repo.ts';
import { noteReading, savePage } from '../../../src/main/storage/cache/coverage-repo.ts';
import { setClientProblem } from '../../../src/main/storage/cache/problems-repo.ts';
import {
  allClients,
  clientAttention,
  clientNames,
  clientsPage,
  clientsReading,
  findClients,
  sortClients,
} from '../../../src/main/storage/client-list.ts';
import { openCache, openForReading, openRecords } from '../../../src/main/storage/open.ts';
import {
  archiveClient,
  observeAddress,
  registerClient,
} from '../../../src/main/storage/records/clients-repo.ts';
import { scratchFolder } from '../../helpers/scratch-folder.ts';

function client(uid: string, label: string, archived = false) {
  const depositAddress = `tb1q${uid.toLowerCase()}`;
  return { uid, label, archived, depositAddress, figures: { balance: null } };
}

const clients = [
  client('BT-C1', 'Nordwind Energie'),
  client('BT-C2', 'Wind & Sons'),
  client('BT-C3', 'Old Wind', true),
];

test.each([
  ['', false, ['BT-C1', 'BT-C2']],
  ['WIND', false, ['BT-C1', 'BT-C2']],
  ['energie nord', false, ['BT-C1']],
  ['bt-c2', false, ['BT-C2']],
  ['tb1qbt-c1', false, ['BT-C1']],
  ['wind', true, ['BT-C3']],
  ['zebra', false, []],
] as const)('“%s” among those with archived = %s', (text, archived, uids) => {
  expect(findClients(clients, { text, archived }).map(({ uid }) => uid)).toEqual(uids);
});

function withBalance(
  one: ReturnType<typeof client>,
  balanceSats: number,
  unconfirmedSats: number,
  asOfMs: number,
) {
  return { ...one, figures: { balance: { balanceSats, unconfirmedSats, asOfMs } } };
}

const mixed = [
  client('BT-C5', ''),
  withBalance(client('BT-C4', 'zebra 10'), 7, 0, 3),
  withBalance(client('BT-C3', 'Zebra 9'), 7, 5, 1),
  client('BT-C2', 'ärger'),
  withBalance(client('BT-C1', 'Beta'), 9, 1, 2),
];

test.each([
  ['label', false, 'BT-C2 BT-C1 BT-C3 BT-C4 BT-C5'],
  ['label', true, 'BT-C5 BT-C4 BT-C3 BT-C1 BT-C2'],
  ['balance', true, 'BT-C1 BT-C3 BT-C4 BT-C2 BT-C5'],
  ['balance', false, 'BT-C2 BT-C5 BT-C3 BT-C4 BT-C1'],
  ['unconfirmed', true, 'BT-C3 BT-C1 BT-C4 BT-C2 BT-C5'],
  ['read', false, 'BT-C2 BT-C5 BT-C3 BT-C1 BT-C4'],
] as const)('sorted by %s, descending %s', (by, descending, uids) => {
  const sorted = sortClients(mixed, { by, descending });
  expect(sorted.map(({ uid }) => uid).join(' ')).toBe(uids);
});

const GOOD = '2NCJCpBM7ET6oExzzKfWBnFPq8h2Ni2k7Hk';
const network = 'testnet';

let folder: ReturnType<typeof scratchFolder>;
let db: ReturnType<typeof open>;

function open() {
  const paths = { cache: `${folder.path}/cache.sqlite`, records: `${folder.path}/records.sqlite` };
  const records = openRecords(paths.records);
  const cache = openCache(paths.cache, paths.records);
  return { records, cache, reading: openForReading(paths.cache, paths.records) };
}

beforeEach(() => {
  folder = scratchFolder();
  db = open();
  for (let index = 0; index < 30; index += 1) {
    registerClient(db.records, {
      uid: `BT-${index}`,
      label: `Client ${index}`,
      source: 'added',
      addedAtMs: index,
    });
  }
});
afterEach(() => {
  for (const each of [db.reading, db.cache, db.records]) each.close();
  folder.remove();
});

describe('a window', () => {
  const ask = (changes: Partial<ClientsQuery> = {}) =>
    clientsPage(db.reading, {
      text: '',
      archived: false,
      sort: { by: 'label', descending: false },
      from: 0,
      limit: 10,
      find: null,
      network,
      ...changes,
    });
  const labels = (changes: Partial<ClientsQuery>) => ask(changes).rows.map(({ label }) => label);

  test('holds the rows asked for, as the whole list has them', () => {
    expect(labels({ from: 9, limit: 2 })).toEqual(['Client 9', 'Client 10']);
    const [row] = ask({ from: 9, limit: 1 }).rows;
    expect(allClients(db.reading, { network })).toContainEqual(row);
  });

  test('says how many there are around it, and where one of them stands', () => {
    archiveClient(db.records, 'BT-3', true);
    expect(ask({ text: 'client 1', find: 'BT-12' })).toMatchObject({
      found: 12,
      foundIndex: 3,
      active: 29,
      archived: 1,
    });
    expect(ask({ find: 'BT-3' }).foundIndex).toBe(-1);
  });

  test('is moved up where the list ends before it', () => {
    expect(ask({ from: 100 })).toMatchObject({ from: 20, rows: { length: 10 } });
    expect(ask({ from: 100, text: 'client 29' })).toMatchObject({ from: 0, rows: { length: 1 } });
  });

  test.each<[what: string, change: () => void]>([
    ['an address that cannot be used', () => observeAddress(db.records, 'BT-7', 'tb1pfees9rn5nz')],
    [
      'another address than the known one',
      () =>
        ['2MzCEdXEzBaxCJQAq8igw4pUP1NSGAgzsUr', GOOD].forEach((each) =>
          observeAddress(db.records, 'BT-7', each),
        ),
    ],
    [
      'an address that two share',
      () => ['BT-7', 'BT-8'].forEach((uid) => observeAddress(db.records, uid, GOOD)),
    ],
    ['a failure', () => setClientProblem(db.cache, 'BT-7', { code: 'timeout', message: '' }, 1)],
    [
      'a balance that differs',
      () => {
        savePage(db.cache, { clientUid: 'BT-7', page: 1, rows: [], joinsTid: null, readAtMs: 1 });
        saveBalance(db.cache, 'BT-7', { balanceSats: 1, unconfirmedSats: 0, asOfMs: 1 });
      },
    ],
  ])('tells of %s outside it', (_what, change) => {
    expect(ask().needAttention).toBe(false);
    change();
    expect(ask({ from: 20 }).needAttention).toBe(true);
    expect(ask({ text: 'client 29' }).needAttention).toBe(false);
  });

  test('has with each row why its address cannot be used', () => {
    observeAddress(db.records, 'BT-7', 'tb1pfees9rn5nz');
    const [row] = ask({ text: 'BT-7' }).rows;
    expect(row?.addressProblem).toMatch(/not supported/);
    expect(clientAttention(db.reading, { network })).toEqual([
      { uid: 'BT-7', label: 'Client 7', what: 'unusable', why: row?.addressProblem },
    ]);
  });
});

test('names are those of the registry, newest entry first', () => {
  const names = JSON.parse(clientNames(db.reading, {})) as unknown[];
  expect(names).toHaveLength(30);
  expect(names[0]).toEqual({ uid: 'BT-29', label: 'Client 29' });
});

test('a reading is of one client, or of all that are not archived', () => {
  const read = (clientUid: string, atMs: number) => {
    savePage(db.cache, { clientUid, page: 1, rows: [], joinsTid: null, readAtMs: atMs });
    noteReading(db.cache, clientUid, atMs);
  };
  for (let index = 0; index < 29; index += 1) read(`BT-${index}`, 100 + index);
  expect(clientsReading(db.reading, { clientUid: null })).toEqual({
    clients: 30,
    incomplete: 1,
    oldestMs: null,
    only: null,
  });
  archiveClient(db.records, 'BT-29', true);
  expect(clientsReading(db.reading, { clientUid: null })).toMatchObject({
    clients: 29,
    incomplete: 0,
    oldestMs: 100,
  });
  expect(clientsReading(db.reading, { clientUid: 'BT-7' })).toMatchObject({
    clients: 1,
    oldestMs: 107,
    only: { complete: true, asOfMs: 107 },
  });
  expect(clientsReading(db.reading, { clientUid: 'nobody' })).toMatchObject({ clients: 0 });
});
