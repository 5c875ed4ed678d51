import { afterEach, expect, test, vi } from 'vitest';
import type { HistoryPage, HistorySummary, TransactionRow } from '#shared/domain/transaction.ts';
import { ok, type Result } from '#shared/errors.ts';
import { createHistoryStore } from '../../../src/renderer/features/history/history-store.ts';
import { installBridge } from './fake-bridge.ts';

const summary: HistorySummary = { count: 1, depositSats: 1, buySats: 0, withdrawalSats: 0 };

function row(tid: string): TransactionRow {
  return {
    clientUid: 'BT-C1',
    tid,
    type: 'deposit',
    amountSats: 1,
    createdAtMs: 1,
    txId: null,
    address: null,
    state: null,
    confirmations: 6,
    fetchedAtMs: 1,
    clientLabel: '',
    note: '',
    tags: [],
  };
}

function rows(count: number, from = 0): TransactionRow[] {
  return Array.from({ length: count }, (_row, index) => row(`t${from + index}`));
}

afterEach(() => vi.unstubAllGlobals());

test('the answer to an earlier search is never shown, however late it comes', async () => {
  const waiting = new Map<string, (page: Result<HistoryPage>) => void>();
  installBridge({
    'history.page': ({ filter }) =>
      new Promise((resolve) => waiting.set(filter.text ?? '', resolve)),
    'history.summary': () => ok(summary),
  });
  const store = createHistoryStore();
  const first = store.getState().load({ text: 'a' });
  const second = store.getState().load({ text: 'ab' });

  waiting.get('ab')?.(ok({ rows: [row('new')], next: null }));
  await second;
  waiting.get('a')?.(ok({ rows: [row('old')], next: { key: 1, rowId: 1 } }));
  await first;

  expect(store.getState().rows.map(({ tid }) => tid)).toEqual(['new']);
  expect(store.getState().next).toBeNull();
});

test('the next page is asked for once, from the cursor, and is appended', async () => {
  const cursors: unknown[] = [];
  installBridge({
    'history.page': ({ after }) => {
      cursors.push(after);
      return ok(
        after === null
          ? { rows: rows(2), next: { key: 5, rowId: 2 } }
          : { rows: rows(2, 2), next: null },
      );
    },
    'history.summary': () => ok(summary),
  });
  const store = createHistoryStore();
  await store.getState().load({});
  await Promise.all([store.getState().loadMore(), store.getState().loadMore()]);
  await store.getState().loadMore();

  expect(cursors).toEqual([null, { key: 5, rowId: 2 }]);
  expect(store.getState().rows.map(({ tid }) => tid)).toEqual(['t0', 't1', 't2', 't3']);
});

test('a page that belongs to a former filter is not appended to the new one', async () => {
  let finish: ((page: Result<HistoryPage>) => void) | undefined;
  installBridge({
    'history.page': ({ after, filter }) => {
      if (after === null) {
        return ok({ rows: [row(filter.tag ?? 'all')], next: { key: 1, rowId: 1 } });
      }
      return new Promise((resolve) => (finish = resolve));
    },
    'history.summary': () => ok(summary),
  });
  const store = createHistoryStore();
  await store.getState().load({});
  const more = store.getState().loadMore();
  await store.getState().load({ tag: 'payroll' });
  finish?.(ok({ rows: [row('stray')], next: null }));
  await more;

  expect(store.getState().rows.map(({ tid }) => tid)).toEqual(['payroll']);
});

test('a changed history is read again in place, and a long list only says so', async () => {
  const limits: number[] = [];
  installBridge({
    'history.page': ({ after, limit }) => {
      if (after === null) limits.push(limit);
      const from = after?.rowId ?? 0;
      return ok({ rows: rows(limit, from), next: { key: 1, rowId: from + limit } });
    },
    'history.summary': () => ok(summary),
  });
  const store = createHistoryStore();
  await store.getState().load({});
  await store.getState().loadMore();
  await store.getState().refresh();
  expect(limits).toEqual([200, 400]);
  expect(store.getState().rows).toHaveLength(400);

  await store.getState().loadMore();
  await store.getState().refresh();
  expect(limits).toEqual([200, 400]);
  expect(store.getState()).toMatchObject({ outdated: true });

  await store.getState().reload();
  expect(store.getState()).toMatchObject({ outdated: false });
  expect(store.getState().rows).toHaveLength(200);
});
