import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { UtilityReply, UtilityRequest } from '../../src/sandbox/utility-messages.ts';
import { send } from './signed-call.ts';

const utility = new URL('../../src/sandbox/utility.ts', import.meta.url).href;

// Electron's parentPort, on top of Node's own channel to the parent.
const asUtilityProcess = `
  process.parentPort = {
    on: (event, listener) => process.on(event, (data) => listener({ data })),
    postMessage: (message) => process.send(message),
  };
  await import(${JSON.stringify(utility)});
`;

function startUtility() {
  const child = spawn(process.execPath, ['--input-type=module', '-e', asUtilityProcess], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ask = (request: UtilityRequest) =>
    new Promise<UtilityReply>((resolve) => {
      child.once('message', (reply) => resolve(reply as UtilityReply)); // the IPC seam
      child.send(request);
    });
  return { child, ask };
}

describe('the utility process', () => {
  it('starts the practice sandbox on request, stops it, and starts it again', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'sandbox-utility-'));
    const stateFile = join(directory, 'practice.json');
    const merchants = [{ apiKey: 'practice', secret: 'S' }];
    const { child, ask } = startUtility();
    try {
      const options = { merchants, scenario: 'demo', stateFile } as const;
      const reply = await ask({ type: 'start', options });
      if (reply.type !== 'listening') throw new Error(JSON.stringify(reply));
      expect(await send(`${reply.url}/ping`, 'GET')).toMatchObject({ status: 200 });
      expect(await ask({ type: 'stop' })).toEqual({ type: 'stopped' });
      await expect(send(`${reply.url}/ping`, 'GET')).rejects.toThrow('ECONNREFUSED');
      expect(await ask({ type: 'start', options })).toMatchObject({ type: 'listening' });
    } finally {
      child.kill();
      rmSync(directory, { recursive: true });
    }
  });

  it('says why when it cannot start', async () => {
    const { child, ask } = startUtility();
    try {
      expect(await ask({ type: 'start', options: { merchants: [] } })).toEqual({
        type: 'failed',
        message: 'at least one API key with its secret is needed',
      });
    } finally {
      child.kill();
    }
  });
});
