import { expect, test } from 'vitest';
import type { PageSlot, RemoteTransaction } from '../../../src/main/bitpro/wire.ts';
import { getCoverage } from '../../../src/main/storage/cache/coverage-repo.ts';
import { getTransaction } from '../../../src/main/storage/cache/history-repo.ts';
import { clientView } from '../../../src/main/storage/client-views.ts';
import { syncRig } from './sync-rig.ts';

type Rig = ReturnType<typeof syncRig>;

/** Answers a page with what it makes of it. */
function meddle(
  { server }: Rig,
  uid: string,
  answer: (
    page: number,
    slots: PageSlot[],
    again: (page: number) => Promise<PageSlot[]>,
  ) => unknown,
): void {
  const honest = server.historyPage.bind(server);
  server.historyPage = async (asked, page, signal) => {
    const slots = await honest(asked, page, signal);
    if (asked !== uid) return slots;
    return (await answer(page, slots, (other) => honest(asked, other, signal))) as PageSlot[];
  };
}

const lies: [string, (rig: Rig) => void][] = [
  ['ignores the page', (rig) => meddle(rig, 'A', (_page, _slots, again) => again(1))],
  [
    'shows the last page but one again and again',
    (rig) => meddle(rig, 'A', (page, _slots, again) => again(Math.min(page, 2))),
  ],
  [
    'begins anew after three pages',
    (rig) => meddle(rig, 'A', (page, _slots, again) => again(((page - 1) % 3) + 1)),
  ],
  [
    'begins anew after forty pages',
    (rig) => {
      for (let row = 0; row < 1000; row += 1) rig.server.add('A', { createdAtMs: 1.5e12 + row });
      meddle(rig, 'A', (page, _slots, again) => again(((page - 1) % 40) + 1));
    },
  ],
  [
    'mixes its pages',
    (rig) => meddle(rig, 'A', (page, _slots, again) => again(((page * 7919) % 3) + 1)),
  ],
];

test.each(lies)(
  'a server that %s is asked a bounded number of times and never believed',
  async (_lie, lie) => {
    const rig = syncRig({ A: 300, B: 2 });
    lie(rig);
    const rows = rig.server.histories.get('A')?.length ?? 0;
    for (let round = 0; round < 3; round += 1) {
      const done = await rig.round();
      expect(done.lastError).toMatch(/^A: Bitpro contradicts itself/);
      expect(done.failing.map(({ clientUid }) => clientUid)).toEqual(['A']);
      const view = clientView(rig.records, rig.cache, 'A');
      expect(view).toMatchObject({
        problem: { code: 'bad_response' },
        history: { complete: false },
      });
      expect(rig.server.requests.length).toBeLessThan((round + 1) * (rows / 25 + 100));
    }
    await expect(rig.engine.refreshClient('A')).rejects.toMatchObject({ code: 'bad_response' });
    expect(getCoverage(rig.cache, 'B').complete).toBe(true);
  },
);

test('once such a server answers as it should, the history is completed and the problem is gone', async () => {
  const rig = syncRig({ A: 300 });
  const honest = rig.server.historyPage.bind(rig.server);
  meddle(rig, 'A', (_page, _slots, again) => again(1));
  await rig.round();
  rig.server.historyPage = honest;
  expect((await rig.round()).lastError).toBeNull();
  expect(clientView(rig.records, rig.cache, 'A')).toMatchObject({
    problem: null,
    history: { rows: 300, complete: true },
  });
});

test('a transaction that is another one a page later is told', async () => {
  const rig = syncRig({ A: 60 });
  meddle(rig, 'A', (page, slots) =>
    page === 1
      ? slots
      : [changed(rig.server.histories.get('A')?.[3], { amountSats: 9 }), ...slots.slice(1)],
  );
  expect((await rig.round()).lastError).toMatch(/amountSats changed between two pages/);
});

function changed(row: RemoteTransaction | undefined, patch: Partial<RemoteTransaction>): PageSlot {
  if (!row) throw new Error('no row');
  return { row: { ...row, ...patch }, problem: null };
}

test('rows that cannot be used are told with their client, and everything else goes on', async () => {
  const rig = syncRig({ A: 130, B: 40 });
  const unusable = [3, 24, 25, 49, 50, 99].map(
    (index) => rig.server.histories.get('A')?.[index]?.tid,
  );
  for (const tid of unusable) {
    if (tid)
      rig.server.unusable.set(tid, { row: null, tid, problem: 'its amount is not as expected' });
  }
  rig.server.balances.set('A', 1);
  expect((await rig.round()).lastError).toBeNull();
  const view = clientView(rig.records, rig.cache, 'A');
  expect(view?.unusableRows.map(({ tid }) => tid).toSorted()).toEqual(unusable.toSorted());
  expect(view?.history.rows).toBe(124);
  expect(getCoverage(rig.cache, 'B')).toMatchObject({ rows: 40, complete: true });
  // They cost no reading of everything each minute.
  rig.server.requests.length = 0;
  await rig.round();
  await rig.round();
  expect(rig.server.requests.filter((request) => request.startsWith('page A'))).toHaveLength(2);

  rig.server.unusable.clear();
  await rig.engine.refreshClient('A');
  expect(clientView(rig.records, rig.cache, 'A')).toMatchObject({
    unusableRows: [],
    history: { rows: 130 },
  });
});

test('amounts that cannot be added up are one client’s problem', async () => {
  const rig = syncRig({ A: 0, B: 1 });
  for (let row = 0; row < 6; row += 1) rig.server.add('A', { amountSats: 2_099_999_999_999_999 });
  const done = await rig.round();
  expect(done).toMatchObject({ lastError: expect.stringMatching(/^A: .*cannot be added up/) });
  expect(getCoverage(rig.cache, 'B').complete).toBe(true);
  expect(getTransaction(rig.cache, 'A', '1')).toBeNull();
});

test('a client whose requests alone fail slowly holds up no other', async () => {
  const { AppError } = await import('../../../src/shared/errors.ts');
  const rig = syncRig({ A: 1, B: 1, C: 1 });
  rig.server.beforeRequest = (request) => {
    if (request === 'page A 1') throw new AppError('timeout', 'Too slow.', { retryable: true });
  };
  expect(await rig.round()).toMatchObject({ lastError: 'A: Too slow.', failingCount: 1 });
  expect(getCoverage(rig.cache, 'B').complete && getCoverage(rig.cache, 'C').complete).toBe(true);
});
