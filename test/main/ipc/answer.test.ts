import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { AppError } from '#shared/errors.ts';
import { requests, type RequestName } from '#shared/ipc/contract.ts';
import { answer } from '../../../src/main/ipc/answer.ts';
import type { Handlers } from '../../../src/main/ipc/handler-types.ts';

type Call = { name: string; input: unknown };

/** Every handler notes its call; some fail on purpose. */
function setUp(failures: Partial<Record<RequestName, unknown>> = {}) {
  const calls: Call[] = [];
  const reported: unknown[] = [];
  const handlers = Object.fromEntries(
    Object.keys(requests).map((name) => [
      name,
      (input: unknown) => {
        calls.push({ name, input });
        const failure = failures[name as RequestName];
        if (failure !== undefined) throw failure;
        return 'done';
      },
    ]),
  ) as unknown as Handlers;
  const ask = (name: unknown, input: unknown) =>
    answer(handlers, (_name, error) => reported.push(error), name, input);
  return { ask, calls, reported };
}

describe('a request of the renderer', () => {
  it('reaches its handler with the parsed input', async () => {
    const { ask, calls } = setUp();
    expect(await ask('clients.refresh', { uid: 'BT-C1' })).toEqual({ ok: true, value: 'done' });
    expect(calls).toEqual([{ name: 'clients.refresh', input: { uid: 'BT-C1' } }]);
  });

  it.each(['profiles.readSecret', '__proto__', 'constructor', 'toString', 7, null, undefined])(
    'is refused when its name is %s',
    async (name) => {
      const { ask, calls } = setUp();
      expect(await ask(name, {})).toMatchObject({ ok: false, error: { code: 'forbidden' } });
      expect(calls).toEqual([]);
    },
  );

  it.each([
    ['clients.refresh', { uid: '../admin' }, 'uid'],
    ['clients.refresh', { uid: 'BT-C1', extra: 1 }, undefined],
    ['clients.refresh', null, undefined],
    ['intents.confirm', { id: 'x', reviewHash: 'y' }, 'typed'],
    [
      'intents.prepare',
      { kind: 'withdrawal', clientUid: 'C', address: 'a', amountBtc: 1 },
      'amountBtc',
    ],
    [
      'history.page',
      { filter: {}, sort: { by: 'time', descending: true }, after: null, limit: 1e9 },
      'limit',
    ],
  ])('%s with an input that does not fit never reaches its handler', async (name, input, field) => {
    const { ask, calls } = setUp();
    const result = await ask(name, input);
    expect(result).toMatchObject({ ok: false, error: { code: 'invalid_input' } });
    if (field !== undefined) expect(result).toMatchObject({ error: { field } });
    expect(calls).toEqual([]);
  });

  it('gets an AppError as code, message and field, without its cause', async () => {
    const cause = new Error('SQLITE_IOERR at /home/operator');
    const error = new AppError('conflict', 'Listed already.', { field: 'uid', cause });
    const { ask, reported } = setUp({ 'clients.refresh': error });
    expect(await ask('clients.refresh', { uid: 'C' })).toEqual({
      ok: false,
      error: { code: 'conflict', message: 'Listed already.', retryable: false, field: 'uid' },
    });
    expect(reported).toEqual([error]);
  });

  it.each([
    [
      'what is in the place of a file',
      () => mkdirSync(join(import.meta.filename, 'profile')),
      'storage_failed',
      /answer\.test\.ts\/profile cannot be read or written \(ENOTDIR\)\. Give this account/,
    ],
    [
      'a full disk',
      () => {
        throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', path: '/data/x' });
      },
      'disk_full',
      /full: \/data\/x/,
    ],
    [
      'a database that was closed meanwhile',
      () => new Database(':memory:').close().prepare('SELECT 1'),
      'cancelled',
      /closed meanwhile/,
    ],
  ])('is told in words of %s', async (_what, failing, code, says) => {
    let error: unknown = null;
    try {
      failing();
    } catch (thrown) {
      error = thrown;
    }
    const { ask } = setUp({ 'app.info': error as Error });
    const message = expect.stringMatching(says);
    expect(await ask('app.info', {})).toMatchObject({ ok: false, error: { code, message } });
  });

  it('gets nothing of an unexpected failure but that there was one', async () => {
    const { ask, reported } = setUp({ 'app.info': new TypeError('reading x of /secret/path') });
    const result = await ask('app.info', {});
    expect(result).toMatchObject({ ok: false, error: { code: 'internal' } });
    expect(JSON.stringify(result)).not.toContain('secret');
    expect(reported).toHaveLength(1);
  });
});

describe('the contract', () => {
  it('has no request that gives a secret, and takes one in two places', () => {
    const taking = Object.entries(requests).filter(([, { input }]) =>
      JSON.stringify(input).toLowerCase().includes('secret'),
    );
    expect(taking.map(([name]) => name)).toEqual(['profiles.testAndSave', 'profiles.renewKeys']);
  });
});
