import { createRequire } from 'node:module';
import { stateOfFailure } from './failure-state.ts';
import type { KeychainReply, KeychainRequest } from './protocol.ts';

/**
 * Entry of the utility process that owns keytar: a call that never settles, or a crash inside libsecret, must
 * not take the app along. It answers one request after the other, until main ends it.
 */
type Keytar = typeof import('keytar');

/** An account that no profile has, and a service apart from the app's own items. */
const PROBE_ACCOUNT = 'probe';
const probeService = (service: string) => `${service} (probe)`;

function loadKeytar(): Keytar | null {
  try {
    return createRequire(import.meta.url)('keytar') as Keytar;
  } catch {
    return null;
  }
}

async function answer(request: KeychainRequest): Promise<KeychainReply> {
  const keytar = loadKeytar();
  if (!keytar) return { state: 'no_library' };
  try {
    // Nobody is asked for a password over an item that is not there.
    await keytar.getPassword(probeService(request.service), PROBE_ACCOUNT);
    process.parentPort.postMessage({ state: 'alive' } satisfies KeychainReply);
    return await act(keytar, request);
  } catch (error) {
    return { state: stateOfFailure(error instanceof Error ? error.message : '') };
  }
}

async function act(keytar: Keytar, request: KeychainRequest): Promise<KeychainReply> {
  const { service } = request;
  switch (request.action) {
    case 'read': {
      const secret = await keytar.getPassword(service, request.account);
      return secret === null ? { state: 'empty' } : { state: 'ready', secret };
    }
    case 'write':
      await keytar.setPassword(service, request.account, request.secret);
      return { state: 'ready' };
    case 'remove':
      if (await keytar.deletePassword(service, request.account)) return { state: 'empty' };
      // A locked keyring says "nothing deleted" too; only a write tells the two apart.
      await keytar.setPassword(probeService(service), PROBE_ACCOUNT, PROBE_ACCOUNT);
      await keytar.deletePassword(probeService(service), PROBE_ACCOUNT);
      return { state: 'empty' };
    case 'probe':
      return { state: 'ready' };
  }
}

process.parentPort.on('message', ({ data }: { data: KeychainRequest }) => {
  void answer(data).then((reply) => process.parentPort.postMessage(reply));
});
