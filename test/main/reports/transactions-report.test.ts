import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { transactionColumns } from '../../../src/main/reports/transactions-report.ts';
import { reindexAnnotation } from '../../../src/main/storage/cache/annotation-index.ts';
import { annotate } from '../../../src/main/storage/records/annotations-repo.ts';
import { sent } from './desk-fixture.ts';
import { ADDRESS, NOW, openBench, TX_ID, utc, type ReportBench } from './report-bench.ts';

let bench: ReportBench;
beforeEach(() => {
  bench = openBench();
});
afterEach(() => bench.close());

describe('the transactions report', () => {
  it('writes what is known of each row, and leaves empty what is not', () => {
    bench.register('BT-C1', '=Alpha, "Ltd"');
    bench.saveExample();
    bench.rate('2026-04-06T06:00:00Z', 120_000);
    bench.rate('2026-04-08T00:00:00Z', 130_000);
    bench.confirmBuy({
      id: 'intent-1',
      clientUid: 'BT-C1',
      tid: '35728038',
      usdCents: 150_000,
      sats: 128_949_065,
      actor: 'ann',
    });
    annotate(bench.desk.records, {
      clientUid: 'BT-C1',
      tid: '39486536',
      note: 'paid\nout',
      tags: ['b', 'a'],
      updatedAtMs: 1,
    });
    reindexAnnotation(bench.desk.cache, 'BT-C1', '39486536');
    bench.run({ timeZone: 'Europe/Paris' });
    const common = {
      schema: 'transactions/1',
      environment: 'practice',
      profile: 'Practice',
      client_uid: 'BT-C1',
      client_label: '\'=Alpha, "Ltd"',
      time_zone: 'Europe/Paris',
      fee_btc: '',
      address_label: '',
      approved_by: '',
      fiat_currency: 'USD',
      fetched_at_utc: '2026-05-01T00:00:00.000Z',
      removed_at_utc: '',
    };
    expect(bench.readCsv()).toEqual([
      {
        ...common,
        tid: '3501712',
        type: 'deposit',
        direction: 'in',
        state: '',
        created_at_utc: '2026-04-06T06:16:19.000Z',
        created_at_local: '2026-04-06T08:16:19.000+02:00',
        amount_btc: '0.10000000',
        amount_sats: '10000000',
        running_balance_sats: '10000000',
        fiat_amount: '120.00',
        rate: '1200.00',
        rate_basis: 'snapshot',
        rate_observed_utc: '2026-04-06T06:00:00.000Z',
        address: '',
        tx_id: 'ff',
        confirmations: '6',
        note: '',
        tags: '',
        intent_id: '',
        requested_by: '',
      },
      {
        ...common,
        tid: '35728038',
        type: 'buy',
        direction: 'in',
        state: '',
        created_at_utc: '2026-04-06T06:21:52.000Z',
        created_at_local: '2026-04-06T08:21:52.000+02:00',
        amount_btc: '1.28949065',
        amount_sats: '128949065',
        running_balance_sats: '138949065',
        fiat_amount: '1500.00',
        // 1,500.00 USD for 1.28949065 BTC
        rate: '1163.25',
        rate_basis: 'trade',
        rate_observed_utc: '2026-04-06T06:21:52.000Z',
        address: '',
        tx_id: '',
        confirmations: '',
        note: '',
        tags: '',
        intent_id: 'intent-1',
        requested_by: 'ann',
      },
      {
        ...common,
        tid: '39486536',
        type: 'withdrawal',
        direction: 'out',
        state: 'processed',
        created_at_utc: '2026-04-10T10:14:12.000Z',
        created_at_local: '2026-04-10T12:14:12.000+02:00',
        amount_btc: '-0.01000000',
        amount_sats: '-1000000',
        running_balance_sats: '137949065',
        fiat_amount: '-13.00',
        rate: '1300.00',
        rate_basis: 'snapshot',
        rate_observed_utc: '2026-04-08T00:00:00.000Z',
        address: ADDRESS,
        tx_id: TX_ID,
        confirmations: '',
        note: 'paid\nout',
        tags: 'a; b',
        intent_id: '',
        requested_by: '',
      },
    ]);
  });

  it('has no fiat value before the first observed rate', () => {
    bench.register('BT-C1');
    bench.saveExample();
    bench.rate('2026-04-08T00:00:00Z', 130_000);
    bench.run();
    expect(bench.column('rate_basis')).toEqual(['none', 'none', 'snapshot']);
    expect(bench.column('fiat_currency')).toEqual(['', '', 'USD']);
    expect(bench.column('fiat_amount')).toEqual(['', '', '-13.00']);
  });

  it('carries the balance from before the range into it', () => {
    bench.register('BT-C1');
    bench.saveExample();
    bench.run({ fromDay: '2026-04-10', toDay: '2026-04-10' });
    expect(bench.column('running_balance_sats')).toEqual(['137949065']);
  });

  it('counts a deposit into the balance once it has six confirmations', () => {
    bench.register('BT-C1');
    const rows = [
      sent({ tid: '2', amountSats: 7, createdAtMs: utc('2026-02-02T00:00:00Z'), confirmations: 5 }),
      sent({ tid: '1', amountSats: 5, createdAtMs: utc('2026-02-01T00:00:00Z') }),
    ];
    bench.saveHistory('BT-C1', rows, NOW);
    bench.run();
    expect(bench.column('running_balance_sats')).toEqual(['5', '5']);
  });

  it('signs no amount of an unknown type, and knows no balance from there on', () => {
    bench.register('BT-C1');
    const rows = [
      sent({ tid: '3', amountSats: 9, createdAtMs: utc('2026-02-03T00:00:00Z') }),
      sent({ tid: '2', type: 'unknown', amountSats: 7, createdAtMs: utc('2026-02-02T00:00:00Z') }),
      sent({ tid: '1', amountSats: 5, createdAtMs: utc('2026-02-01T00:00:00Z') }),
    ];
    bench.saveHistory('BT-C1', rows, NOW);
    bench.run();
    expect(bench.column('amount_sats')).toEqual(['5', '', '9']);
    expect(bench.column('direction')).toEqual(['in', '', 'in']);
    expect(bench.column('running_balance_sats')).toEqual(['5', '', '']);
  });

  it('takes the days of the zone, the first moment of the range in and the last out', () => {
    bench.register('BT-C1');
    const moments = [
      '2026-03-28T22:59:59.999Z', // the evening before in Paris
      '2026-03-28T23:00:00.000Z', // midnight
      '2026-03-29T21:59:59.999Z', // the last moment of a day of 23 hours
      '2026-03-29T22:00:00.000Z', // the next midnight
    ];
    const rows = moments.map((text, index) => sent({ tid: `${index}`, createdAtMs: utc(text) }));
    bench.saveHistory('BT-C1', rows.toReversed(), NOW);
    bench.run({ fromDay: '2026-03-29', toDay: '2026-03-29', timeZone: 'Europe/Paris' });
    expect(bench.column('tid')).toEqual(['1', '2']);
    expect(bench.column('created_at_local')).toEqual([
      '2026-03-29T00:00:00.000+01:00',
      '2026-03-29T23:59:59.999+02:00',
    ]);
  });

  it('keeps one order over many chunks: time, then tid, then client', () => {
    const uids = Array.from({ length: 40 }, (_value, index) => `BT-C${index}`);
    for (const uid of uids) {
      bench.register(uid);
      // Three moments only, so that ties run over the ends of chunks.
      const rows = Array.from({ length: 24 }, (_value, index) =>
        sent({ tid: `${index}`, createdAtMs: utc('2026-03-03T00:00:00Z') - (index % 3) }),
      );
      bench.saveHistory(uid, rows, NOW);
    }
    bench.run();
    const rows = bench
      .readCsv()
      .map((row) => [row['created_at_utc'], row['tid'], row['client_uid']]);
    expect(rows).toHaveLength(960);
    const texts = rows.map((row) => row.join(' '));
    expect(new Set(texts).size).toBe(960);
    expect(texts).toEqual(texts.toSorted());

    bench.run({ clientUid: 'BT-C7' });
    expect(new Set(bench.column('client_uid'))).toEqual(new Set(['BT-C7']));
    expect(bench.readCsv()).toHaveLength(24);
  });

  it('orders texts of one moment by their bytes, as SQLite does, not by their UTF-16', () => {
    bench.register('BT-C1');
    const createdAtMs = utc('2026-03-03T00:00:00Z');
    const tids = ['\u{1F642}', '\uFFFD', 'b', 'a'];
    bench.saveHistory(
      'BT-C1',
      tids.map((tid) => sent({ tid, createdAtMs })),
      NOW,
    );
    bench.run();
    expect(bench.column('tid')).toEqual(['a', 'b', '\uFFFD', '\u{1F642}']);
  });

  it('finds the address of each row, whatever others take its place in memory', () => {
    bench.register('BT-C1');
    const { cache } = bench.desk;
    const rows = ['near', 'far', 'near', 'far'].map((address, index) =>
      sent({ tid: `${index}`, address, createdAtMs: utc('2026-03-03T00:00:00Z') + index }),
    );
    bench.saveHistory('BT-C1', rows.toReversed(), NOW);
    cache.pragma('foreign_keys = OFF');
    const move = cache.prepare('UPDATE addresses SET id = ? WHERE address = ?');
    const point = cache.prepare(
      "UPDATE transactions SET address_id = iif(tid IN ('0', '2'), 1, 16385)",
    );
    move.run(16_385, 'far');
    move.run(1, 'near');
    point.run();
    bench.run();
    expect(bench.column('address')).toEqual(['near', 'far', 'near', 'far']);
  });

  it('gives the same bytes for the same data', () => {
    bench.register('BT-C1');
    bench.saveExample();
    expect(bench.run().sha256).toBe(bench.run().sha256);
  });

  it('has its header, exactly, and CRLF even when it has no rows', () => {
    bench.run();
    expect(readFileSync(bench.path, 'utf8')).toBe(`${transactionColumns.join(',')}\r\n`);
  });
});
