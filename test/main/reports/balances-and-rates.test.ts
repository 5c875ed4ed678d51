import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { balanceColumns } from '../../../src/main/reports/balances-report.ts';
import { rateColumns } from '../../../src/main/reports/rates-report.ts';
import { saveBalance } from '../../../src/main/storage/cache/balances-repo.ts';
import { ADDRESS, NOW, openBench, utc, type ReportBench } from './report-bench.ts';

let bench: ReportBench;
beforeEach(() => {
  bench = openBench();
});
afterEach(() => bench.close());

describe('the balances report', () => {
  const row = () => bench.readCsv()[0] ?? {};

  it('holds the history against the balance as last read', () => {
    bench.register('BT-C1', 'Alpha');
    bench.saveExample();
    saveBalance(bench.desk.cache, 'BT-C1', {
      balanceSats: 137_949_065,
      unconfirmedSats: 12,
      asOfMs: NOW - 90_500,
    });
    bench.rate('2026-05-01T00:00:00Z', 200_000);
    bench.run({ report: 'balances', fromDay: '2026-04-10', toDay: '2026-12-31' });
    expect(bench.readCsv()).toEqual([
      {
        schema: 'balances/1',
        environment: 'practice',
        profile: 'Practice',
        client_uid: 'BT-C1',
        client_label: 'Alpha',
        deposit_address: ADDRESS,
        as_of_utc: '2026-06-01T11:58:29.500Z',
        age_s: '90',
        balance_btc: '1.37949065',
        balance_sats: '137949065',
        unconfirmed_sats: '12',
        opening_sats: '138949065',
        deposits_sats: '0',
        buys_sats: '0',
        withdrawals_sats: '1000000',
        computed_sats: '137949065',
        difference_sats: '0',
        reconciled: 'true',
        history_complete: 'true',
        usd_value: '2758.98',
        rate: '2000.00',
        rate_observed_utc: '2026-05-01T00:00:00.000Z',
      },
    ]);
  });

  it.each([
    ['one satoshi off', 137_949_066, '2026-12-31', '1', 'false'],
    ['rows after the range', 137_949_065, '2026-04-09', '', ''],
  ])('%s', (_name, balanceSats, toDay, difference, reconciled) => {
    bench.register('BT-C1');
    bench.saveExample();
    saveBalance(bench.desk.cache, 'BT-C1', { balanceSats, unconfirmedSats: 0, asOfMs: NOW });
    bench.run({ report: 'balances', toDay });
    expect([row()['difference_sats'], row()['reconciled']]).toEqual([difference, reconciled]);
  });

  it('lists a client that was never read with nothing but what is known', () => {
    bench.register('BT-C1');
    bench.run({ report: 'balances' });
    expect(Object.keys(row())).toEqual([...balanceColumns]);
    const known = Object.entries(row()).filter(([, cell]) => cell !== '');
    expect(Object.fromEntries(known)).toEqual({
      schema: 'balances/1',
      environment: 'practice',
      profile: 'Practice',
      client_uid: 'BT-C1',
      deposit_address: ADDRESS,
      history_complete: 'false',
    });
  });
});

it('sums up in the manifest only what is known of every client', () => {
  bench.register('BT-C1');
  bench.saveExample();
  bench.rate('2026-05-01T00:00:00Z', 200_000);
  saveBalance(bench.desk.cache, 'BT-C1', { balanceSats: 1, unconfirmedSats: 0, asOfMs: NOW });
  const sums = () => {
    bench.run({ report: 'balances' });
    return bench.readManifest().sums.map(({ type }) => type);
  };
  expect(sums()).toEqual(['balance', 'unconfirmed', 'computed', 'difference', 'value']);
  bench.register('BT-C2');
  expect(sums()).toEqual([]);
});

describe('the rates report', () => {
  it('writes each observation, how long it held and how long none was known before it', () => {
    bench.rate('2025-12-31T23:59:00Z', 99, 30_000);
    bench.rate('2026-01-01T00:00:00Z', 122_510, 59_468);
    bench.rate('2026-01-01T00:00:30Z', 122_600);
    bench.run({ report: 'rates' });
    expect(Object.keys(bench.readCsv()[0] ?? {})).toEqual([...rateColumns]);
    expect(bench.column('buy_price')).toEqual(['1225.10', '1226.00']);
    expect(bench.column('time_expires_utc')[0]).toBe('2026-01-01T00:00:59.468Z');
    expect(bench.column('validity_s')).toEqual(['59.468', '60']);
    expect(bench.column('gap_before_s')).toEqual(['30', '0']);
    expect(bench.column('trigger')).toEqual(['poll', 'poll']);
  });

  it('knows no gap before the first observation of all, and misses none over many chunks', () => {
    for (let second = 0; second < 450; second += 1) {
      bench.rate(
        new Date(utc('2026-01-01T00:00:00Z') + Math.floor(second / 2) * 1000).toISOString(),
        second + 1,
      );
    }
    bench.run({ report: 'rates' });
    expect(bench.column('gap_before_s')[0]).toBe('');
    expect(bench.column('buy_price')).toHaveLength(450);
    expect(new Set(bench.column('buy_price')).size).toBe(450);
  });
});
