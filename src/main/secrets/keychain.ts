import type { SecretState } from '#shared/domain/profile.ts';
import type { KeychainReply, KeychainRequest } from './protocol.ts';

/** The part of Electron's UtilityProcess that is used. */
export type KeychainProcess = {
  postMessage(message: KeychainRequest): void;
  on(event: 'message', listener: (reply: KeychainReply) => void): unknown;
  on(event: 'exit', listener: (code: number) => void): unknown;
  kill(): unknown;
};

/**
 * The keychain of the operating system. Calls never reject: the state says what is in the way
 * (`messages.ts` has the words). Calls run one at a time; four that hang would stop libuv's file work.
 */
export type Keychain = {
  /**
   * `enrolled`: a secret was stored under this account once. A locked keyring answers like an empty one, so
   * nothing found then means `locked`; it must never be answered by storing anew.
   */
  read(
    account: string,
    marker: { enrolled: boolean },
  ): Promise<{ state: SecretState; secret?: string }>;
  /** `ready` when the keychain took it. */
  write(account: string, secret: string): Promise<{ state: SecretState }>;
  /** `empty` when nothing is left under the account. */
  remove(account: string): Promise<{ state: SecretState }>;
  /** Whether a keychain answers at all; touches no secret. A locked one may answer too, as `ready`. */
  probe(): Promise<{ state: SecretState }>;
  /** Ends a running call; calls made afterwards find no service. */
  close(): void;
};

const SERVICE = 'Bitpro Desk';

export function createKeychain(deps: {
  /** Starts `keychain-process`; each call has a process of its own. */
  fork: () => KeychainProcess;
  timeoutMs?: number;
}): Keychain {
  const { fork, timeoutMs = 10_000 } = deps;
  let queue: Promise<unknown> = Promise.resolve();
  let running: KeychainProcess | null = null;
  let closed = false;

  function ask(request: KeychainRequest): Promise<{ state: SecretState; secret?: string }> {
    const turn = queue.then(() => (closed ? { state: 'no_service' as const } : run(request)));
    queue = turn;
    return turn;
  }

  function run(request: KeychainRequest): Promise<{ state: SecretState; secret?: string }> {
    return new Promise((resolve) => {
      const settle = (result: { state: SecretState; secret?: string }) => {
        clearTimeout(timer);
        running?.kill();
        running = null;
        resolve(result);
      };
      const timer = setTimeout(() => settle({ state: 'hung' }), timeoutMs);
      try {
        const process = fork();
        running = process;
        process.on('message', settle);
        // Settling kills the process as well, and then this says nothing new.
        process.on('exit', () => {
          if (running === process) settle({ state: 'no_service' });
        });
        process.postMessage(request);
      } catch {
        settle({ state: 'no_service' });
      }
    });
  }

  return {
    async read(account, { enrolled }) {
      const found = await ask({ action: 'read', service: SERVICE, account });
      return found.state === 'empty' && enrolled ? { state: 'locked' } : found;
    },
    write: (account, secret) => ask({ action: 'write', service: SERVICE, account, secret }),
    remove: (account) => ask({ action: 'remove', service: SERVICE, account }),
    probe: () => ask({ action: 'probe', service: SERVICE }),
    close() {
      closed = true;
      running?.kill();
    },
  };
}
