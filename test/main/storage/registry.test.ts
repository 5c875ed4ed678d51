import { describe, expect, test } from 'vitest';
import { saveBalance } from '../../../src/main/storage/cache/balances-repo.ts';
import { noteReading, savePage } from '../../../src/main/storage/cache/coverage-repo.ts';
import { clientTable } from '../../../src/main/storage/client-table.ts';
import { clientView, clientViewsOf } from '../../../src/main/storage/client-views.ts';
import { getMeta, setMeta } from '../../../src/main/storage/meta-repo.ts';
import { annotate, listTags } from '../../../src/main/storage/records/annotations-repo.ts';
import {
  labelClient,
  listRegisteredClients,
  registerClient,
  registerClients,
} from '../../../src/main/storage/records/clients-repo.ts';
import { openDatabases } from './databases.ts';
import { buy } from './transactions.ts';

describe('registry', () => {
  test('a uid is registered once; what is known of it stays', () => {
    const { records } = openDatabases();
    const entry = { uid: 'A', label: 'Ann', source: 'created', addedAtMs: 1 } as const;
    expect(registerClient(records, { ...entry, depositAddress: 'x' })).toBe(true);
    expect(registerClient(records, { ...entry, label: 'Bob' })).toBe(false);
    expect(labelClient(records, 'A', 'Anna')).toBe(true);
    expect(labelClient(records, 'nobody', 'x')).toBe(false);
    expect(listRegisteredClients(records)).toEqual([
      { ...entry, label: 'Anna', archived: false, depositAddress: 'x', conflictingAddress: null },
    ]);
  });

  test('an import is whole or not at all', () => {
    const { records } = openDatabases();
    const entry = (uid: string, label: string) =>
      ({ uid, label, source: 'imported', addedAtMs: 1 }) as const;
    expect(() => registerClients(records, [entry('A', ''), entry('B', 'x'.repeat(81))])).toThrow();
    expect(listRegisteredClients(records)).toEqual([]);
    expect(registerClients(records, [entry('A', ''), entry('A', ''), entry('B', '')])).toBe(2);
  });
});

test('annotating replaces note and tags, and empty ones leave nothing', () => {
  const { records } = openDatabases();
  const key = { clientUid: 'A', tid: '1', updatedAtMs: 1 };
  annotate(records, { ...key, note: 'n', tags: ['b', 'a', 'a'] });
  annotate(records, { ...key, tid: '2', note: '', tags: ['c'] });
  expect(listTags(records)).toEqual(['a', 'b', 'c']);
  annotate(records, { ...key, note: '', tags: [] });
  expect(listTags(records)).toEqual(['c']);
  expect(records.prepare('SELECT count(*) FROM notes').pluck().get()).toBe(0);
});

test('single values of records and cache do not meet', () => {
  const { records, cache } = openDatabases();
  setMeta(records, 'k', 'records');
  expect(getMeta(cache, 'k')).toBeNull();
  setMeta(cache, 'k', 'cache');
  setMeta(cache, 'k', 'cache again');
  expect([getMeta(records, 'k'), getMeta(cache, 'k')]).toEqual(['records', 'cache again']);
});

describe('client views', () => {
  test('join the registry with balances, coverage and open intents', () => {
    const { records, cache } = openDatabases();
    registerClient(records, { uid: 'A', label: 'Ann', source: 'added', addedAtMs: 1 });
    registerClient(records, { uid: 'B', label: '', source: 'added', addedAtMs: 2 });
    saveBalance(cache, 'A', { balanceSats: 5, unconfirmedSats: 1, asOfMs: 20 });
    saveBalance(cache, 'A', { balanceSats: 4, unconfirmedSats: 0, asOfMs: 10 }); // came too late
    savePage(cache, { clientUid: 'A', page: 1, rows: [buy('1')], joinsTid: null, readAtMs: 20 });
    noteReading(cache, 'A', 20);
    const nothing = {
      depositAddress: null,
      conflictingAddress: null,
      archived: false,
      openIntents: 0,
      problem: null,
      unusableRows: [],
      removedRows: 0,
    };
    const a = {
      ...nothing,
      uid: 'A',
      label: 'Ann',
      addedAtMs: 1,
      balance: { balanceSats: 5, unconfirmedSats: 1, asOfMs: 20 },
      history: { rows: 1, completeToPage: 1, complete: true, asOfMs: 20 },
      reconciliation: { computedSats: 1, differenceSats: 4, unknownRows: 0, verdict: 'differs' },
    };
    const b = {
      ...nothing,
      uid: 'B',
      label: '',
      addedAtMs: 2,
      balance: null,
      history: { rows: 0, completeToPage: 0, complete: false, asOfMs: null },
      reconciliation: {
        computedSats: null,
        differenceSats: null,
        unknownRows: 0,
        verdict: 'checking',
      },
    };
    expect(clientViewsOf(cache, clientTable(cache))).toEqual([b, a]);
    expect(clientView(records, cache, 'A')).toEqual(a);
    expect(clientView(records, cache, 'nobody')).toBeNull();
  });

  test('count the intents that wait for someone', () => {
    const { records, cache } = openDatabases();
    registerClient(records, { uid: 'A', label: '', source: 'added', addedAtMs: 1 });
    records.exec('DROP TRIGGER intents_journaled_with_audit');
    const insert = records.prepare(
      `INSERT INTO intents (id, kind, state, client_uid, amount_sats, address, created_at_ms)
       VALUES (?, 'withdrawal', 'journaled', 'A', ?, '2MzCEdXEzBaxCJQAq8igw4pUP1NSGAgzsUr', 1)`,
    );
    records.transaction(() => {
      for (const amount of [1, 2, 3]) insert.run(`i${amount}`, amount);
    })();
    records.exec('DROP TRIGGER intents_moved_with_audit');
    records.transaction(() =>
      records.exec("UPDATE intents SET state = 'discarded', settled_at_ms = 2 WHERE id = 'i1'"),
    )();
    expect(clientView(records, cache, 'A')?.openIntents).toBe(2);
  });
});
