import { afterEach, expect, test, vi } from 'vitest';
import type {
  HistoryCursor,
  HistoryPage,
  HistorySummary,
  TransactionRow,
} from '#shared/domain/transaction.ts';
import { fail, ok, type Result } from '#shared/errors.ts';
import { createHistoryStore } from '../../../src/renderer/features/history/history-store.ts';
import { PAGE_ROWS, rowAt } from '../../../src/renderer/features/history/row-pages.ts';
import { installBridge } from './fake-bridge.ts';

function summaryOf(count: number): HistorySummary {
  return { count, depositSats: count, buySats: 0, withdrawalSats: 0 };
}

function row(at: number, fields: Partial<TransactionRow> = {}): TransactionRow {
  return {
    clientUid: 'BT-C1',
    tid: `t${at}`,
    type: 'deposit',
    amountSats: 1,
    createdAtMs: at,
    txId: null,
    address: null,
    state: null,
    confirmations: 6,
    fetchedAtMs: 1,
    clientLabel: '',
    note: '',
    tags: [],
    removedAtMs: null,
    ...fields,
  };
}

/** A history, newest first, answered as main does: by keyset, the cursor's key being the row's time. */
function installHistory(times: () => readonly number[], confirmations: () => number = () => 6) {
  const asked: string[] = [];
  const below = (after: HistoryCursor | null): number[] =>
    times().filter((time) => after === null || time < after.key);
  const cursor = (time: number): HistoryCursor => ({ key: time, rowId: time });
  installBridge({
    'history.page': ({ after, limit }) => {
      asked.push(`page after ${after?.key ?? 'nothing'}`);
      const left = below(after);
      const shown = left.slice(0, limit);
      const last = shown.at(-1);
      const rows = shown.map((time) => row(time, { confirmations: confirmations() }));
      return ok({ rows, next: last && left.length > limit ? cursor(last) : null });
    },
    'history.landmarks': ({ after, step }) => {
      asked.push(`landmarks after ${after?.key ?? 'nothing'}`);
      const every = below(after).filter((_time, index) => index % step === step - 1);
      return ok(every.slice(0, 500).map(cursor));
    },
    'history.summary': () => ok(summaryOf(times().length)),
  });
  return asked;
}

/** Times from `newest` down to 1. */
function downFrom(newest: number): number[] {
  return Array.from({ length: newest }, (_time, index) => newest - index);
}

const soon = () => new Promise((resolve) => setTimeout(resolve, 5));

afterEach(() => vi.unstubAllGlobals());

test('the answer to a former question is never shown, and the last question is the only other one asked', async () => {
  const asked: string[] = [];
  const waiting = new Map<string, (page: Result<HistoryPage>) => void>();
  installBridge({
    'history.page': ({ filter }) => {
      const { text = '' } = filter;
      asked.push(text);
      return new Promise((resolve) => waiting.set(text, resolve));
    },
    'history.summary': () => ok(summaryOf(1)),
  });
  const store = createHistoryStore();
  const shown: unknown[] = [];
  store.subscribe(({ pages }) => shown.push(rowAt(pages, 0)?.note));
  const answer = (text: string): void =>
    waiting.get(text)?.(ok({ rows: [row(1, { note: text })], next: null }));
  void store.getState().load({ text: 'a' });
  void store.getState().load({ text: 'ab' });
  const last = store.getState().load({ text: 'abc' });
  expect(store.getState().isAsking).toBe(true);

  answer('a');
  await soon();
  answer('abc');
  await last;

  expect(asked).toEqual(['a', 'abc']);
  expect(new Set(shown)).toEqual(new Set([undefined, 'abc']));
  expect(store.getState().isAsking).toBe(false);
});

test('rows anywhere are read by the landmark before their page, those in between are not', async () => {
  const asked = installHistory(() => downFrom(3_000));
  const store = createHistoryStore();
  await store.getState().load({});
  expect(store.getState().rowCount).toBe(3_000);
  asked.length = 0;
  store.getState().show({ first: 2_010, last: 2_030 });
  await soon();

  expect(asked).toEqual(['landmarks after 2901', 'page after 1001', 'page after 1101']);
  expect(rowAt(store.getState().pages, 2_020)?.createdAtMs).toBe(3_000 - 2_020);
  expect(rowAt(store.getState().pages, 500)).toBeUndefined();
});

test('while the list is dragged only what is in sight at last is read', async () => {
  const asked = installHistory(() => downFrom(20_000));
  const store = createHistoryStore();
  await store.getState().load({});
  asked.length = 0;
  for (let first = 0; first < 19_000; first += 500) store.getState().show({ first, last: first });
  store.getState().show({ first: 19_500, last: 19_520 });
  await soon();
  expect(rowAt(store.getState().pages, 19_510)?.createdAtMs).toBe(490);
  expect(asked.length).toBeLessThan(8);
});

test('a page that belongs to a former question is not taken into the new list', async () => {
  let finish: ((page: Result<HistoryPage>) => void) | undefined;
  installBridge({
    'history.page': ({ after, filter }) =>
      after === null
        ? ok({ rows: [row(1, { note: filter.tag ?? 'all' })], next: { key: 1, rowId: 1 } })
        : new Promise((resolve) => (finish = resolve)),
    'history.summary': () => ok(summaryOf(400)),
  });
  const store = createHistoryStore();
  await store.getState().load({});
  store.getState().show({ first: 250, last: 260 });
  await soon();
  await store.getState().load({ tag: 'payroll' });
  finish?.(ok({ rows: [row(9, { note: 'stray' })], next: null }));
  await soon();
  const notes = [...store.getState().pages.values()].flat().map(({ note }) => note);
  expect(notes).toEqual(['payroll']);
});

test('a list that stands at its top takes new rows, one that is being read only says how many', async () => {
  let times = downFrom(1_000);
  let confirmations = 1;
  installHistory(
    () => times,
    () => confirmations,
  );
  const store = createHistoryStore();
  const at = (index: number) => rowAt(store.getState().pages, index);
  await store.getState().load({});
  times = downFrom(1_001);
  await store.getState().refresh();
  expect(at(0)?.createdAtMs).toBe(1_001);

  store.getState().show({ first: 300, last: 320 });
  await soon();
  const before = at(300)?.createdAtMs;
  times = downFrom(1_004);
  confirmations = 2;
  await store.getState().refresh();
  expect(at(300)).toMatchObject({ createdAtMs: before, confirmations: 2 });
  expect(store.getState()).toMatchObject({ newRows: 3, rowCount: 1_001 });

  store.getState().show({ first: 30, last: 60 });
  await soon();
  expect(at(0)).toMatchObject({ createdAtMs: 1_001, confirmations: 2 });

  await store.getState().reload();
  expect(at(0)?.createdAtMs).toBe(1_004);
  expect(store.getState()).toMatchObject({ newRows: 0, rowCount: 1_004, place: { row: 0 } });
});

test.each([
  { what: 'a day in the middle', key: 1_500, row: 1_500 },
  { what: 'one of today', key: 9_999, row: 0 },
  { what: 'one before all', key: 0, row: 2_999 },
])('a jump to $what goes to the first row at or before it', async ({ key, row: index }) => {
  installHistory(() => downFrom(3_000));
  const store = createHistoryStore();
  await store.getState().load({});
  await store.getState().jump(key);
  expect(store.getState()).toMatchObject({ place: { row: index }, selectedIndex: index });
});

test('of two jumps the last one is carried out, and after another question none', async () => {
  installHistory(() => downFrom(3_000));
  const store = createHistoryStore();
  await store.getState().load({});
  const first = store.getState().jump(500);
  await Promise.all([first, store.getState().jump(2_500)]);
  expect(store.getState().selectedIndex).toBe(500);

  const late = store.getState().jump(100);
  await Promise.all([late, store.getState().load({ tag: 'payroll' })]);
  expect(store.getState().place).toEqual({ row: 0 });
});

test('fewer rows than were counted end the list at the last one', async () => {
  let times = downFrom(3_000);
  installHistory(() => times);
  const store = createHistoryStore();
  await store.getState().load({});
  times = times.slice(0, PAGE_ROWS + 50);
  store.getState().show({ first: 2_900, last: 2_920 });
  await soon();
  expect(store.getState().rowCount).toBe(PAGE_ROWS + 50);
});

test('what could not be read is asked for again on demand, and a question that failed shows no rows', async () => {
  let isBroken = false;
  const broken = { code: 'storage_failed', message: 'Not readable.', retryable: true } as const;
  installBridge({
    'history.page': ({ after }) =>
      isBroken
        ? fail(broken)
        : ok({
            rows: downFrom(PAGE_ROWS).map((time) => row(time)),
            next: after === null ? { key: 1, rowId: 1 } : null,
          }),
    'history.summary': () => ok(summaryOf(2 * PAGE_ROWS)),
  });
  const store = createHistoryStore();
  await store.getState().load({});
  isBroken = true;
  store.getState().show({ first: 150, last: 170 });
  await soon();
  expect(store.getState()).toMatchObject({ status: 'ready', error: broken });
  isBroken = false;
  store.getState().retry();
  await soon();
  expect(store.getState().error).toBeNull();
  expect(rowAt(store.getState().pages, 150)).toBeDefined();

  isBroken = true;
  await store.getState().load({ tag: 'x' });
  expect(store.getState()).toMatchObject({ status: 'error', error: broken, isAsking: false });
});
