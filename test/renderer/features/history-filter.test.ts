import { expect, test } from 'vitest';
import {
  emptyForm,
  isNarrowed,
  readAmount,
  toHistoryFilter,
} from '../../../src/renderer/features/history/history-filter.ts';
import { readTags } from '../../../src/renderer/components/transaction/tags.ts';

test('an empty bar asks for everything', () => {
  expect(toHistoryFilter(emptyForm, 'UTC')).toEqual({});
  expect(isNarrowed(emptyForm)).toBe(false);
  expect(isNarrowed({ ...emptyForm, tag: 'payroll' })).toBe(true);
});

test('days become a half-open range in the operator’s zone, over a change of the clocks', () => {
  const days = { fromDay: '2026-03-29', toDay: '2026-03-29' };
  const { fromMs = 0, toMs = 0 } = toHistoryFilter({ ...emptyForm, days }, 'Europe/Paris');
  expect(new Date(fromMs).toISOString()).toBe('2026-03-28T23:00:00.000Z');
  expect(toMs - fromMs).toBe(23 * 3_600_000);
});

test.each([
  ['', null, false],
  ['0', null, false],
  ['0.05', 5_000_000, false],
  ['1,5', null, true],
  ['abc', null, true],
])('an amount limit of "%s"', (text, sats, hasError) => {
  const reading = readAmount(text);
  expect(reading.sats).toBe(sats);
  expect(reading.error !== null).toBe(hasError);
});

test.each([
  ['', []],
  [' payroll , refund,, payroll', ['payroll', 'refund']],
  ['year   end', ['year end']],
])('tags read from "%s"', (text, tags) => {
  expect(readTags(text)).toEqual({ tags, problem: null });
});

test('a tag that main would refuse is named', () => {
  expect(readTags('x'.repeat(41)).problem).toContain('40 characters');
});
