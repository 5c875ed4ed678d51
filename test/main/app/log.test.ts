import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLog } from '../../../src/main/app/log.ts';
import { answer } from '../../../src/main/ipc/answer.ts';
import type { Handlers } from '../../../src/main/ipc/handler-types.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'log-'));
  path = join(folder, 'logs', 'main.log');
});
afterEach(() => rmSync(folder, { recursive: true }));

const open = () => createLog(path, () => Date.UTC(2026, 0, 2));
const lines = () =>
  readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { event: string; causes: string[] });

describe('the log', () => {
  it('has one line a failure, with its causes, for its owner alone', () => {
    open()('sync', new Error('outer', { cause: new Error('inner') }));
    const [line] = lines();
    expect(line).toMatchObject({ at: '2026-01-02T00:00:00.000Z', event: 'sync' });
    expect(line?.causes.map((cause) => cause.split('\n')[0])).toEqual([
      'Error: outer',
      'Error: inner',
    ]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  const ring: Record<string, unknown> = {};
  ring['self'] = ring;
  it.each([
    ['a text of megabytes', 'x'.repeat(5_000_000)],
    ['an error of megabytes', new Error('x'.repeat(5_000_000))],
    ['a list of a million', Array.from({ length: 1_000_000 }, (_, at) => at)],
    ['a ring', ring],
    ['a bigint', 5n],
    ['nothing', undefined],
    ['null', null],
    ['a symbol', Symbol('s')],
  ])('takes %s in a line of bounded size', (_what, error) => {
    open()('x'.repeat(100_000), error);
    expect(statSync(path).size).toBeLessThan(25_000);
    expect(lines()).toHaveLength(1);
  });

  it('takes at most three files of a megabyte, whatever comes', () => {
    const log = open();
    for (let round = 0; round < 2000; round += 1) log('flood', 'x'.repeat(4000));
    const files = readdirSync(join(folder, 'logs')).toSorted();
    expect(files).toEqual(['main.log', 'main.log.1', 'main.log.2']);
    for (const file of files) {
      expect(statSync(join(folder, 'logs', file)).size).toBeLessThan(1_010_000);
    }
  });

  it('never holds the secret of a form that cannot be read', async () => {
    const log = open();
    const secretKey = 'Zm9yIHRoaXMgdGVzdCBhbmQgbm90aGluZyBlbHNl';
    const forms = [
      { secretKey },
      { secretKey: { [secretKey]: secretKey } },
      { name: 5, environment: secretKey, secretKey: [secretKey], keepIn: secretKey },
    ];
    for (const form of forms) {
      await answer({} as Handlers, log, 'profiles.testAndSave', form);
    }
    expect(lines()).toHaveLength(forms.length);
    expect(readFileSync(path, 'utf8')).not.toContain(secretKey);
  });
});
