import type { SecretState } from '#shared/domain/profile.ts';
import type { Keychain } from '../../../src/main/secrets/keychain.ts';

/** A keychain whose state a test sets, answering as the real one does in that state. */
export function memoryKeychain() {
  const items = new Map<string, string>();
  let state: SecretState = 'ready';
  const keychain: Keychain = {
    read(account, { enrolled }) {
      const secret = items.get(account);
      if (state !== 'ready') return Promise.resolve({ state });
      if (secret === undefined) return Promise.resolve({ state: enrolled ? 'locked' : 'empty' });
      return Promise.resolve({ state, secret });
    },
    write(account, secret) {
      if (state === 'ready') items.set(account, secret);
      return Promise.resolve({ state });
    },
    remove(account) {
      if (state !== 'ready') return Promise.resolve({ state });
      items.delete(account);
      return Promise.resolve({ state: 'empty' });
    },
    cancel() {},
    probe: () => Promise.resolve({ state }),
    close: () => undefined,
  };
  return {
    keychain,
    items,
    become(next: SecretState) {
      state = next;
    },
  };
}
