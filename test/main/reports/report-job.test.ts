import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { manifestPathOf } from '../../../src/main/reports/manifest.ts';
import { readRange } from '../../../src/main/reports/report-range.ts';
import { verifyManifest } from '../../../src/main/reports/verify-manifest.ts';
import { reportRequest } from './desk-fixture.ts';
import { openBench, type ReportBench } from './report-bench.ts';

let bench: ReportBench;
beforeEach(() => {
  bench = openBench();
});
afterEach(() => bench.close());

describe('a report that does not come to its end', () => {
  const files = () => readdirSync(join(bench.desk.directory, 'out'));

  beforeEach(() => {
    bench.register('BT-C1');
    bench.saveExample();
  });

  it('leaves nothing when cancelled, at any moment', () => {
    for (const moment of [1, 2, 3, 4]) {
      let asked = 0;
      const isCancelled = () => (asked += 1) >= moment;
      expect(() => bench.run({}, { isCancelled })).toThrow(
        expect.objectContaining({ code: 'cancelled' }),
      );
      expect(files()).toEqual([]);
    }
  });

  it('writes not one more chunk once it was asked to stop', () => {
    for (let minute = 0; minute < 1000; minute += 1) {
      bench.rate(new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString(), 122_510);
    }
    const told: number[] = [];
    const hooks = {
      isCancelled: () => (told.at(-1) ?? 0) >= 400,
      onRows: (rows: number) => told.push(rows),
    };
    expect(() => bench.run({ report: 'rates' }, hooks)).toThrow(
      expect.objectContaining({ code: 'cancelled' }),
    );
    expect(told).toEqual([0, 200, 400]);
    expect(files()).toEqual([]);
  });

  it('leaves an earlier report of that name and its manifest as they were', async () => {
    bench.run({ toDay: '2026-04-09' });
    expect(() => bench.run({}, { isCancelled: () => true })).toThrow();
    expect(files()).toEqual(['report.csv', 'report.manifest.json']);
    expect(bench.readManifest().rowCount).toBe(2);
    expect((await verifyManifest(bench.path)).ok).toBe(true);
  });

  it('says so when the folder is gone, or the name is a folder', () => {
    bench.path = join(bench.desk.directory, 'nowhere', 'report.csv');
    expect(() => bench.run()).toThrow(expect.objectContaining({ code: 'storage_failed' }));
    bench.path = bench.desk.directory;
    expect(() => bench.run()).toThrow(expect.objectContaining({ code: 'invalid_input' }));
  });

  it.each([
    [0o022, 0o644],
    [0o002, 0o664],
    [0o077, 0o600],
  ])('may be read by whom the umask %o lets, and so may its manifest', (umask, mode) => {
    const before = process.umask(umask);
    try {
      bench.run();
    } finally {
      process.umask(before);
    }
    expect(files()).toEqual(['report.csv', 'report.manifest.json']);
    for (const file of [bench.path, manifestPathOf(bench.path)]) {
      expect(statSync(file).mode & 0o777).toBe(mode);
    }
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

/** A file system of 16 KB in a name space of its own, where this machine allows one. */
function onTinyDisk(...command: string[]) {
  const inside = 'mount -t tmpfs -o size=16k tmpfs "$0" && exec "$@"';
  const { directory } = bench.desk;
  return spawnSync(
    'unshare',
    [
      '--user',
      '--map-root-user',
      '--mount',
      'sh',
      '-c',
      inside,
      join(directory, 'out'),
      ...command,
    ],
    { encoding: 'utf8' },
  );
}

describe('a full disk', () => {
  it('fails with words for it and leaves nothing', ({ skip }) => {
    if (onTinyDisk('true').status !== 0) skip('needs unprivileged mount name spaces');
    bench.register('BT-C1');
    for (let minute = 0; minute < 400; minute += 1) {
      bench.rate(new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString(), 122_510);
    }
    const child = join(import.meta.dirname, 'fixtures/rates-job.ts');
    const { recordsPath, cachePath } = bench.desk;
    const { stdout, stderr } = onTinyDisk(
      process.execPath,
      child,
      recordsPath,
      cachePath,
      bench.path,
    );
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({
      code: 'disk_full',
      message: expect.stringContaining('The disk is full'),
      files: [],
    });
  });
});
