import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createLazyHttp } from '../../../src/main/bitpro/lazy-http.ts';
import { createSystemTrust } from '../../../src/main/bitpro/trust.ts';
import { authority, good, key } from './certificates.ts';
import { json, startRawServer } from './raw-server.ts';

function restoreAuthorities(): void {
  const before = getCACertificates('default');
  onTestFinished(() => setDefaultCACertificates(before));
}

it('trusts what the system trusts, and goes on answering while that is read', async () => {
  restoreAuthorities();
  const folder = mkdtempSync(join(tmpdir(), 'trust-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'authority.pem'), authority);
  vi.stubEnv('SSL_CERT_FILE', join(folder, 'authority.pem'));
  onTestFinished(() => void vi.unstubAllEnvs());
  const server = await startRawServer((_seen, response) => json(response, 200, {}), {
    key,
    cert: good,
  });
  const request = { origin: new URL(server.baseUrl), uri: '/', headers: {} };
  const answer = await createLazyHttp(Date.now).get(request, { timeoutMs: 10_000 });
  expect(answer.status).toBe(200);
});

it('reads once when that went well, and again when it did not', async () => {
  restoreAuthorities();
  const results = [() => Promise.reject(new Error('busy')), async () => [authority]];
  let reads = 0;
  const trust = createSystemTrust(() => {
    const result = results[Math.min(reads, 1)];
    reads += 1;
    return result?.() ?? Promise.resolve([]);
  });
  const warned = once(process, 'warning');
  await trust();
  expect(getCACertificates('default')).not.toContain(authority.trim());
  expect((await warned)[0]).toMatchObject({ cause: { message: 'busy' } });
  await Promise.all([trust(), trust()]);
  await trust();
  expect(reads).toBe(2);
  expect(getCACertificates('default').map((pem) => pem.trim())).toContain(authority.trim());
});

it('keeps no request waiting for a system that takes its time', async () => {
  const slow = setTimeout(60_000, [] as string[], { ref: false });
  const trust = createSystemTrust(() => slow, 50);
  const before = performance.now();
  await trust();
  expect(performance.now() - before).toBeLessThan(5000);
});
