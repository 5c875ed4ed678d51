import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { json, SECRET, startRawServer } from '../main/bitpro/raw-server.ts';
import { DESTINATION, openDesk, review } from '../main/money/fixture.ts';

type Call = 'journal written' | 'journal synced' | 'ping sent' | 'POST sent';

/** What the kernel was asked for, in order; strace shows files and sockets by name (-y). */
const calls: [Call, RegExp][] = [
  ['journal written', /\bpwrite64\(\d+<[^>]*records\.db-wal>/],
  ['journal synced', /\b(fsync|fdatasync)\(\d+<[^>]*records\.db-wal>/],
  ['ping sent', /\b(write|writev|sendto|sendmsg)\(\d+<(TCP|socket)[^>]*>.*GET \/api\/v1\/ping/],
  ['POST sent', /\b(write|writev|sendto|sendmsg)\(\d+<(TCP|socket)[^>]*>.*POST \/api\/v1\//],
];

test.runIf(process.platform === 'linux')(
  '`sent` is on the disk before the first byte of the request leaves',
  async () => {
    requireStrace();
    const server = await startRawServer((seen, response) => {
      if (seen.url.endsWith('/ping')) {
        json(response, 200, { status: 'ok', environment: 'sandbox' });
      } else if (seen.method === 'GET') json(response, 200, []);
      else json(response, 502, { errors: 'Bad gateway' });
    });
    const desk = openDesk();
    const { id, reviewHash } = await review(desk);
    const log = join(dirname(desk.path), 'strace.log');
    const sender = fileURLToPath(new URL('../main/money/sender.ts', import.meta.url));
    const typed = DESTINATION.slice(-6);
    const tracing = ['-f', '-y', '-s', '64', '-o', log];
    const watched = ['-e', 'trace=pwrite64,fsync,fdatasync,write,writev,sendto,sendmsg'];
    const program = [process.execPath, '--no-warnings', sender];
    const args = [desk.path, server.baseUrl, SECRET, id, reviewHash, typed];
    await promisify(execFile)('strace', [...tracing, ...watched, ...program, ...args]);
    expect(server.posts()).toBe(1);

    const seen = readFileSync(log, 'utf8').split('\n').flatMap(callsIn);
    const ping = seen.indexOf('ping sent');
    const post = seen.indexOf('POST sent');
    expect(ping).toBeGreaterThan(-1);
    expect(post).toBeGreaterThan(ping);
    // Between the question who answers and the request: the journal written, and synced after its last write.
    const between = seen.slice(ping, post);
    expect(between).toContain('journal written');
    expect(between.lastIndexOf('journal synced')).toBeGreaterThan(
      between.lastIndexOf('journal written'),
    );
    expect(seen.filter((call) => call === 'POST sent')).toHaveLength(1);
  },
);

function callsIn(line: string): Call[] {
  return calls.filter(([, pattern]) => pattern.test(line)).map(([call]) => call);
}

function requireStrace(): void {
  try {
    execFileSync('strace', ['-V'], { stdio: 'ignore' });
  } catch (cause) {
    const message = 'strace is missing. Install it (apt-get install strace); `npm test` does so.';
    throw new Error(message, { cause });
  }
}
