import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { linkAbort } from '../../../src/main/bitpro/linked-abort.ts';

/** A day of readings is some hundred thousand requests. */
const MAX_KEPT_BYTES = 64;

test(
  'a read under a signal that lives on leaves nothing behind',
  { timeout: 120_000 },
  async () => {
    const body = JSON.stringify({
      uid: 'BT-C1',
      bitcoin_address: '2NCJCpBM7ET6oExzzKfWBnFPq8h2Ni2k7Hk',
      balance: '0.0',
      unconfirmed_balance: '0.0',
    });
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(body);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    const reader = join(import.meta.dirname, 'fixtures/read-memory.ts');
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--expose-gc',
      reader,
      `http://127.0.0.1:${port}/api/v1`,
    ]);
    // The least of them: what a runtime caches by the way comes and goes, what is kept grows in each.
    const kept = JSON.parse(stdout) as number[];
    expect(kept.toSorted((a, b) => a - b)[0]).toBeLessThan(MAX_KEPT_BYTES);
  },
);

test('a linked signal stops with the outer one until it is unlinked', () => {
  const outer = new AbortController();
  const inner = linkAbort(outer.signal);
  const other = linkAbort(outer.signal);
  other.unlink();
  outer.abort(new Error('enough'));
  expect(inner.signal).toMatchObject({ aborted: true, reason: new Error('enough') });
  expect(other.signal.aborted).toBe(false);
  expect(linkAbort(outer.signal).signal.aborted).toBe(true);
  expect(linkAbort(undefined).signal.aborted).toBe(false);
});
