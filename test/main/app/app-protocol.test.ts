import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Protocol } from 'electron';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONTENT_SECURITY_POLICY, serveBundle } from '../../../src/main/app/app-protocol.ts';

let folder: string;
let ask: (url: string, method?: string, headers?: Record<string, string>) => Promise<Response>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bundle-'));
  const renderer = join(folder, 'renderer');
  await mkdir(join(renderer, 'assets'), { recursive: true });
  await writeFile(join(renderer, 'index.html'), '<h1>page</h1>');
  await writeFile(join(renderer, 'assets', 'app-1.js'), 'export {};');
  await writeFile(join(renderer, 'assets', 'notes.txt'), 'of no listed type');
  await writeFile(join(folder, 'secret.js'), 'outside');
  const protocol: Pick<Protocol, 'handle'> = {
    handle: (_scheme, handler) => {
      ask = async (url, method = 'GET', headers = {}) =>
        handler(new Request(url, { method, headers }));
    },
  };
  serveBundle(protocol, renderer);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('app://bundle', () => {
  it.each([
    ['/index.html', 'text/html; charset=utf-8', '<h1>page</h1>'],
    ['/assets/app-1.js', 'text/javascript; charset=utf-8', 'export {};'],
    ['/index.html?from=link#place', 'text/html; charset=utf-8', '<h1>page</h1>'],
  ])('serves %s with its type and the policy', async (path, type, body) => {
    const response = await ask(`app://bundle${path}`);
    expect(response.status).toBe(200);
    expect(response.headers.get('Content-Type')).toBe(type);
    expect(response.headers.get('Content-Security-Policy')).toBe(CONTENT_SECURITY_POLICY);
    expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff');
    expect(await response.text()).toBe(body);
  });

  it.each([
    '/',
    '/nothing.js',
    '/assets',
    '/assets/notes.txt',
    '/../secret.js',
    '/assets/../../secret.js',
    '/..%2fsecret.js',
    '/%2e%2e/secret.js',
    '/..%5csecret.js',
    '/index.html%00.js',
    '//secret.js',
  ])('has nothing at %s', async (path) => {
    const response = await ask(`app://bundle${path}`);
    expect(response.status).toBe(404);
    expect(await response.text()).toBe('');
  });

  it('answers HEAD with the head alone, and a range with the whole', async () => {
    const head = await ask('app://bundle/assets/app-1.js', 'HEAD');
    expect(head.status).toBe(200);
    expect(head.headers.get('Content-Type')).toBe('text/javascript; charset=utf-8');
    expect(head.headers.get('Content-Length')).toBe('10');
    expect(await head.text()).toBe('');
    expect((await ask('app://bundle/nothing.js', 'HEAD')).status).toBe(404);
    const whole = await ask('app://bundle/index.html', 'GET', { Range: 'bytes=0-3' });
    expect([whole.status, await whole.text()]).toEqual([200, '<h1>page</h1>']);
    expect(whole.headers.get('Accept-Ranges')).toBe('none');
  });

  it.each([
    ['another host', 'app://elsewhere/index.html', 'GET'],
    ['another method', 'app://bundle/index.html', 'POST'],
  ])('refuses %s', async (_what, url, method) => {
    expect((await ask(url, method)).status).toBe(405);
  });
});
