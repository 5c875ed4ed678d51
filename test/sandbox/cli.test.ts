import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { field, rows } from './harness.ts';
import { send } from './signed-call.ts';

const cli = new URL('../../src/sandbox/cli.ts', import.meta.url).pathname;
const credentials = ['--api-key', 'M1', '--secret', 'S1'];

function run(...args: string[]) {
  return spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8' });
}

async function withSandbox(args: string[], use: (origin: string) => Promise<void>) {
  const child = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  try {
    const [line]: string[] = await once(createInterface({ input: child.stdout }), 'line');
    expect(line).toMatch(/^listening http:\/\/127\.0\.0\.1:\d+\/api\/v1$/);
    await use((line ?? '').slice('listening '.length, -'/api/v1'.length));
  } finally {
    child.kill('SIGTERM');
  }
  expect(await exited).toEqual([0, null]);
}

describe('the command line', () => {
  it.each([
    [['--port', '4100'], 'give --api-key KEY and --secret SECRET'],
    [['--api-key', 'M1'], 'give --api-key KEY and --secret SECRET'],
    [[...credentials, '--port', '70000'], '--port takes a whole number'],
    [[...credentials, '--port', 'x'], '--port takes a whole number'],
    [[...credentials, '--scenario', 'big'], '--scenario takes empty or demo, not "big"'],
    [[...credentials, '--minimum-withdrawal', '0,05'], '--minimum-withdrawal takes an amount'],
    [[...credentials, '--nonsense'], "Unknown option '--nonsense'"],
    [[...credentials, 'stray'], "Unexpected argument 'stray'"],
  ])('%j ends with 2 and says why', (args, text) => {
    const { status, stderr, stdout } = run(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(text);
    expect(stderr).not.toContain('    at ');
  });

  it('ends with 1 and says why when the state file cannot be used', () => {
    const { status, stderr } = run(...credentials, '--state', cli);
    expect(status).toBe(1);
    expect(stderr).toContain(`state file ${cli} cannot be used`);
  });

  it('explains itself', () => {
    const { status, stdout } = run('--help');
    expect(status).toBe(0);
    for (const flag of ['--port', '--state', '--scenario', '--page-signing', '--control']) {
      expect(stdout).toContain(flag);
    }
  });

  it('serves on a free port until SIGTERM, with control only when asked', async () => {
    await withSandbox(credentials, async (origin) => {
      expect(await send(`${origin}/api/v1/ping`, 'GET')).toMatchObject({ status: 200 });
      expect(await send(`${origin}/sandbox/ledger`, 'GET')).toMatchObject({ status: 404 });
    });
  });

  it('lets deposits arrive and time pass over HTTP, for local programs only', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'sandbox-cli-'));
    const state = ['--state', join(directory, 'state.json')];
    const args = [
      ...credentials,
      ...state,
      '--scenario',
      'demo',
      '--deposits',
      'none',
      '--control',
    ];
    await withSandbox(args, async (origin) => {
      const control = `${origin}/sandbox`;
      const before = rows((await send(`${control}/ledger`, 'GET')).json);
      const uid = field(before[0], 'uid');
      const deposits = `${control}/clients/${String(uid)}/deposits`;
      expect(await send(deposits, 'POST', 'sats=12345678')).toMatchObject({
        status: 200,
        json: { amount: '0.12345678', tx_confirmations: 0 },
      });
      expect(await send(deposits, 'POST', 'sats=0.5')).toMatchObject({ status: 422 });
      expect(await send(`${control}/clients/x/deposits`, 'POST', 'sats=1')).toMatchObject({
        status: 404,
      });
      expect(await send(`${control}/advance`, 'POST', 'ms=60000')).toMatchObject({ status: 200 });
      for (const headers of [{ Origin: 'https://evil.example' }, { Host: 'evil.example' }]) {
        expect(await send(deposits, 'POST', 'sats=1', headers)).toMatchObject({ status: 403 });
      }
      expect(rows((await send(`${control}/ledger`, 'GET')).json)).toHaveLength(before.length + 1);
      expect((await send(`${control}/requests`, 'GET')).json).toEqual([]);
    });
    rmSync(directory, { recursive: true });
  });
});
