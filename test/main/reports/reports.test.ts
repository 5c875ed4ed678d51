import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import type { ReportRequest } from '#shared/domain/report.ts';
import { balanceColumns } from '../../../src/main/reports/balances-report.ts';
import { rateColumns } from '../../../src/main/reports/rates-report.ts';
import { manifestPathOf } from '../../../src/main/reports/manifest.ts';
import { runReportJob, type JobHooks } from '../../../src/main/reports/report-job.ts';
import { readRange } from '../../../src/main/reports/report-range.ts';
import { transactionColumns } from '../../../src/main/reports/transactions-report.ts';
import { verifyManifest } from '../../../src/main/reports/verify-manifest.ts';
import { saveBalance } from '../../../src/main/storage/cache/balances-repo.ts';
import { savePage } from '../../../src/main/storage/cache/coverage-repo.ts';
import { annotate } from '../../../src/main/storage/records/annotations-repo.ts';
import { registerClient } from '../../../src/main/storage/records/clients-repo.ts';
import { insertRate } from '../../../src/main/storage/records/rates-repo.ts';
import {
  confirmBuy,
  openDesk,
  practice,
  reportRequest,
  saveHistory,
  sent,
  type Desk,
} from './desk-fixture.ts';

const utc = (text: string) => Date.parse(text);
const ADDRESS = '2MzCEdXEzBaxCJQAq8igw4pUP1NSGAgzsUr';
const TX_ID = '7518e03ffd987865aa6c7e456e3796900f7ee8a7cafe57c24108aba16d19d0d4';
const NOW = utc('2026-06-01T12:00:00Z');

let desk: Desk;
let path: string;

beforeEach(() => {
  desk = openDesk();
  path = join(desk.directory, 'out', 'report.csv');
  mkdirSync(join(desk.directory, 'out'));
});
afterEach(() => desk.close());

function register(uid: string, label = ''): void {
  const depositAddress = ADDRESS;
  registerClient(desk.records, { uid, label, source: 'added', addedAtMs: 1, depositAddress });
}

function rate(observed: string, buyPriceCents: number, validityMs = 60_000): void {
  const observedAtMs = utc(observed);
  const timeExpiresMs = observedAtMs + validityMs;
  insertRate(
    desk.records,
    { asset: 'BTC', buyPriceCents, timeExpiresMs, observedAtMs, trigger: 'poll' },
    null,
  );
}

/** The reference's own example of a history, newest first. */
function saveExample(uid = 'BT-C1'): void {
  saveHistory(
    desk,
    uid,
    [
      sent({
        tid: '39486536',
        type: 'withdrawal',
        amountSats: 1_000_000,
        createdAtMs: utc('2026-04-10T10:14:12Z'),
        txId: TX_ID,
        address: ADDRESS,
        state: 'processed',
      }),
      sent({
        tid: '35728038',
        type: 'buy',
        amountSats: 128_949_065,
        createdAtMs: utc('2026-04-06T06:21:52Z'),
      }),
      sent({
        tid: '3501712',
        amountSats: 10_000_000,
        createdAtMs: utc('2026-04-06T06:16:19Z'),
        txId: 'ff',
        confirmations: 6,
      }),
    ],
    utc('2026-05-01T00:00:00Z'),
  );
}

function run(changes: Partial<ReportRequest> = {}, hooks: Partial<JobHooks> = {}) {
  const request = reportRequest(changes);
  return runReportJob(
    {
      ...desk,
      profile: practice,
      appVersion: '1.2.3',
      request,
      range: readRange(request),
      nowMs: NOW,
      path,
      temporaryPath: `${path}.part`,
    },
    { isCancelled: () => false, onRows: () => undefined, ...hooks },
  );
}

function readCsv(): Record<string, string>[] {
  const rows: unknown = parse(readFileSync(path), { columns: true, record_delimiter: '\r\n' });
  return z.parse(z.array(z.record(z.string(), z.string())), rows);
}
const readManifest = () => JSON.parse(readFileSync(manifestPathOf(path), 'utf8'));
const column = (name: string) => readCsv().map((row) => row[name]);

describe('the transactions report', () => {
  it('writes what is known of each row, and leaves empty what is not', () => {
    register('BT-C1', '=Alpha, "Ltd"');
    saveExample();
    rate('2026-04-06T06:00:00Z', 120_000);
    rate('2026-04-08T00:00:00Z', 130_000);
    confirmBuy(desk, {
      id: 'intent-1',
      clientUid: 'BT-C1',
      tid: '35728038',
      usdCents: 150_000,
      sats: 128_949_065,
      actor: 'ann',
    });
    annotate(desk.records, {
      clientUid: 'BT-C1',
      tid: '39486536',
      note: 'paid\nout',
      tags: ['b', 'a'],
      updatedAtMs: 1,
    });
    run({ timeZone: 'Europe/Paris' });
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
    };
    expect(readCsv()).toEqual([
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
    register('BT-C1');
    saveExample();
    rate('2026-04-08T00:00:00Z', 130_000);
    run();
    expect(column('rate_basis')).toEqual(['none', 'none', 'snapshot']);
    expect(column('fiat_currency')).toEqual(['', '', 'USD']);
    expect(column('fiat_amount')).toEqual(['', '', '-13.00']);
  });

  it('carries the balance from before the range into it', () => {
    register('BT-C1');
    saveExample();
    run({ fromDay: '2026-04-10', toDay: '2026-04-10' });
    expect(column('running_balance_sats')).toEqual(['137949065']);
  });

  it('counts a deposit into the balance once it has six confirmations', () => {
    register('BT-C1');
    const rows = [
      sent({ tid: '2', amountSats: 7, createdAtMs: utc('2026-02-02T00:00:00Z'), confirmations: 5 }),
      sent({ tid: '1', amountSats: 5, createdAtMs: utc('2026-02-01T00:00:00Z') }),
    ];
    saveHistory(desk, 'BT-C1', rows, NOW);
    run();
    expect(column('running_balance_sats')).toEqual(['5', '5']);
  });

  it('signs no amount of an unknown type, and knows no balance from there on', () => {
    register('BT-C1');
    const rows = [
      sent({ tid: '3', amountSats: 9, createdAtMs: utc('2026-02-03T00:00:00Z') }),
      sent({ tid: '2', type: 'unknown', amountSats: 7, createdAtMs: utc('2026-02-02T00:00:00Z') }),
      sent({ tid: '1', amountSats: 5, createdAtMs: utc('2026-02-01T00:00:00Z') }),
    ];
    saveHistory(desk, 'BT-C1', rows, NOW);
    run();
    expect(column('amount_sats')).toEqual(['5', '', '9']);
    expect(column('direction')).toEqual(['in', '', 'in']);
    expect(column('running_balance_sats')).toEqual(['5', '', '']);
  });

  it('takes the days of the zone, the first moment of the range in and the last out', () => {
    register('BT-C1');
    const moments = [
      '2026-03-28T22:59:59.999Z', // the evening before in Paris
      '2026-03-28T23:00:00.000Z', // midnight
      '2026-03-29T21:59:59.999Z', // the last moment of a day of 23 hours
      '2026-03-29T22:00:00.000Z', // the next midnight
    ];
    const rows = moments.map((text, index) => sent({ tid: `${index}`, createdAtMs: utc(text) }));
    saveHistory(desk, 'BT-C1', rows.toReversed(), NOW);
    run({ fromDay: '2026-03-29', toDay: '2026-03-29', timeZone: 'Europe/Paris' });
    expect(column('tid')).toEqual(['1', '2']);
    expect(column('created_at_local')).toEqual([
      '2026-03-29T00:00:00.000+01:00',
      '2026-03-29T23:59:59.999+02:00',
    ]);
  });

  it('keeps one order over many chunks: time, then tid, then client', () => {
    const uids = Array.from({ length: 40 }, (_value, index) => `BT-C${index}`);
    for (const uid of uids) {
      register(uid);
      // Three moments only, so that ties run over the ends of chunks.
      const rows = Array.from({ length: 24 }, (_value, index) =>
        sent({ tid: `${index}`, createdAtMs: utc('2026-03-03T00:00:00Z') - (index % 3) }),
      );
      saveHistory(desk, uid, rows, NOW);
    }
    run();
    const rows = readCsv().map((row) => [row['created_at_utc'], row['tid'], row['client_uid']]);
    expect(rows).toHaveLength(960);
    const texts = rows.map((row) => row.join(' '));
    expect(new Set(texts).size).toBe(960);
    expect(texts).toEqual(texts.toSorted());

    run({ clientUid: 'BT-C7' });
    expect(new Set(column('client_uid'))).toEqual(new Set(['BT-C7']));
    expect(readCsv()).toHaveLength(24);
  });

  it('gives the same bytes for the same data', () => {
    register('BT-C1');
    saveExample();
    expect(run().sha256).toBe(run().sha256);
  });

  it('has its header, exactly, and CRLF even when it has no rows', () => {
    run();
    expect(readFileSync(path, 'utf8')).toBe(`${transactionColumns.join(',')}\r\n`);
  });
});

describe('the balances report', () => {
  const row = () => readCsv()[0] ?? {};

  it('holds the history against the balance as last read', () => {
    register('BT-C1', 'Alpha');
    saveExample();
    saveBalance(desk.cache, 'BT-C1', {
      balanceSats: 137_949_065,
      unconfirmedSats: 12,
      asOfMs: NOW - 90_500,
    });
    rate('2026-05-01T00:00:00Z', 200_000);
    run({ report: 'balances', fromDay: '2026-04-10', toDay: '2026-12-31' });
    expect(readCsv()).toEqual([
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
    register('BT-C1');
    saveExample();
    saveBalance(desk.cache, 'BT-C1', { balanceSats, unconfirmedSats: 0, asOfMs: NOW });
    run({ report: 'balances', toDay });
    expect([row()['difference_sats'], row()['reconciled']]).toEqual([difference, reconciled]);
  });

  it('lists a client that was never read with nothing but what is known', () => {
    register('BT-C1');
    run({ report: 'balances' });
    expect(Object.keys(row())).toEqual([...balanceColumns]);
    const known = Object.entries(row()).filter(([, cell]) => cell !== '');
    expect(Object.fromEntries(known)).toEqual({
      schema: 'balances/1',
      environment: 'practice',
      profile: 'Practice',
      client_uid: 'BT-C1',
      deposit_address: ADDRESS,
      deposits_sats: '0',
      buys_sats: '0',
      withdrawals_sats: '0',
      history_complete: 'false',
    });
  });
});

describe('the rates report', () => {
  it('writes each observation, how long it held and how long none was known before it', () => {
    rate('2025-12-31T23:59:00Z', 99, 30_000);
    rate('2026-01-01T00:00:00Z', 122_510, 59_468);
    rate('2026-01-01T00:00:30Z', 122_600);
    run({ report: 'rates' });
    expect(Object.keys(readCsv()[0] ?? {})).toEqual([...rateColumns]);
    expect(column('buy_price')).toEqual(['1225.10', '1226.00']);
    expect(column('time_expires_utc')[0]).toBe('2026-01-01T00:00:59.468Z');
    expect(column('validity_s')).toEqual(['59.468', '60']);
    expect(column('gap_before_s')).toEqual(['30', '0']);
    expect(column('trigger')).toEqual(['poll', 'poll']);
  });

  it('knows no gap before the first observation of all, and misses none over many chunks', () => {
    for (let second = 0; second < 450; second += 1) {
      rate(
        new Date(utc('2026-01-01T00:00:00Z') + Math.floor(second / 2) * 1000).toISOString(),
        second + 1,
      );
    }
    run({ report: 'rates' });
    expect(column('gap_before_s')[0]).toBe('');
    expect(column('buy_price')).toHaveLength(450);
    expect(new Set(column('buy_price')).size).toBe(450);
  });
});

describe('the manifest', () => {
  it('says what the report holds, where it is from and how whole it is', async () => {
    register('BT-C1');
    register('BT-C2');
    saveExample();
    const rows = Array.from({ length: 25 }, (_value, index) =>
      sent({ tid: `${index}`, createdAtMs: utc('2026-01-02T00:00:00Z') }),
    );
    savePage(desk.cache, { clientUid: 'BT-C2', page: 1, rows, joinsTid: null, readAtMs: NOW });
    confirmBuy(desk, {
      id: 'i',
      clientUid: 'BT-C1',
      tid: '35728038',
      usdCents: 150_000,
      sats: 128_949_065,
      actor: 'ann',
    });
    const { sha256 } = run({ timeZone: 'Europe/Paris' });
    const bytes = readFileSync(path);
    expect(sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect(readManifest()).toEqual({
      schema: 'bitpro-desk/report-manifest/1',
      appVersion: '1.2.3',
      createdAt: '2026-06-01T12:00:00.000Z',
      profile: { id: 'practice', name: 'Practice' },
      environment: 'practice',
      report: 'transactions',
      range: {
        from: '2025-12-31T23:00:00.000Z',
        to: '2026-12-31T23:00:00.000Z',
        fromDay: '2026-01-01',
        toDay: '2026-12-31',
      },
      timeZone: 'Europe/Paris',
      filters: { clientUid: null },
      columns: [...transactionColumns],
      rowCount: 28,
      sums: [
        { type: 'deposit', currency: 'BTC', rows: 26, amount: '0.10000025' },
        { type: 'buy', currency: 'BTC', rows: 1, amount: '1.28949065' },
        { type: 'buy', currency: 'USD', rows: 1, amount: '1500.00' },
        { type: 'withdrawal', currency: 'BTC', rows: 1, amount: '-0.01000000' },
      ],
      history: {
        complete: false,
        clients: 2,
        incomplete: [{ clientUid: 'BT-C2', completeToPage: 1, asOf: null }],
      },
      file: { name: 'report.csv', bytes: bytes.length, sha256 },
      auditHead: { seq: 3, hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    expect(await verifyManifest(path)).toEqual({ ok: true, differences: [] });
  });

  it.each(['balances', 'rates'] as const)('fits the %s report', async (report) => {
    register('BT-C1');
    saveExample();
    saveBalance(desk.cache, 'BT-C1', { balanceSats: 5, unconfirmedSats: 6, asOfMs: NOW });
    rate('2026-01-01T00:00:00Z', 122_510);
    run({ report });
    expect(readManifest().rowCount).toBe(1);
    expect(await verifyManifest(path)).toEqual({ ok: true, differences: [] });
  });

  it.each([
    [
      'an amount',
      (text: string) => text.replace('0.10000000', '0.20000000'),
      ['SHA-256', 'Sum of deposit in BTC'],
    ],
    [
      'a row taken out',
      (text: string) => text.replace(/^.*3501712.*\r\n/m, ''),
      ['Size', 'SHA-256', 'Rows', 'Sum of deposit in BTC'],
    ],
    ['a column renamed', (text: string) => text.replace('tid', 'tix'), ['SHA-256', 'Columns']],
    ['an open quote', (text: string) => `${text}"`, ['Size', 'SHA-256', 'The file is no CSV']],
  ])('finds %s changed, and says so', async (_name, change, expected) => {
    register('BT-C1');
    saveExample();
    run();
    writeFileSync(path, change(readFileSync(path, 'utf8')));
    const { ok, differences } = await verifyManifest(path);
    expect(ok).toBe(false);
    expect(differences.map((text) => expected.find((start) => text.startsWith(start)))).toEqual(
      expected,
    );
  });

  it('is asked for when it is missing, or none', async () => {
    await expect(verifyManifest(path)).rejects.toMatchObject({ code: 'not_found' });
    writeFileSync(manifestPathOf(path), '{"schema":"x"}');
    await expect(verifyManifest(path)).rejects.toMatchObject({ code: 'invalid_input' });
    run();
    const moved = join(desk.directory, 'elsewhere.csv');
    await expect(verifyManifest(moved, manifestPathOf(path))).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});

describe('a report that does not come to its end', () => {
  const files = () => readdirSync(join(desk.directory, 'out'));

  beforeEach(() => {
    register('BT-C1');
    saveExample();
  });

  it('leaves nothing when cancelled, at any moment', () => {
    for (const moment of [1, 2]) {
      let asked = 0;
      const isCancelled = () => (asked += 1) >= moment;
      expect(() => run({}, { isCancelled })).toThrow(
        expect.objectContaining({ code: 'cancelled' }),
      );
      expect(files()).toEqual([]);
    }
  });

  it('leaves an earlier report of that name and its manifest as they were', async () => {
    run({ toDay: '2026-04-09' });
    expect(() => run({}, { isCancelled: () => true })).toThrow();
    expect(files()).toEqual(['report.csv', 'report.manifest.json']);
    expect(readManifest().rowCount).toBe(2);
    expect((await verifyManifest(path)).ok).toBe(true);
  });

  it('says so when the folder is gone, or the name is a folder', () => {
    path = join(desk.directory, 'nowhere', 'report.csv');
    expect(run).toThrow(expect.objectContaining({ code: 'storage_failed' }));
    path = desk.directory;
    expect(run).toThrow(expect.objectContaining({ code: 'invalid_input' }));
  });

  it('is readable by its owner only once it is whole', () => {
    run();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(existsSync(`${path}.part`)).toBe(false);
  });
});

describe('the range', () => {
  it.each([
    [{ fromDay: '2026-02-02', toDay: '2026-02-01' }, 'toDay'],
    [{ fromDay: '2026-02-30' }, 'fromDay'],
    [{ toDay: '9999-12-31' }, 'toDay'],
    [{ timeZone: 'Mars/Olympus' }, 'timeZone'],
  ])('refuses %j', (changes, field) => {
    expect(() => readRange(reportRequest(changes))).toThrow(
      expect.objectContaining({ code: 'invalid_input', field }),
    );
  });
});
