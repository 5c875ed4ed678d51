import type { SecretState } from '#shared/domain/profile.ts';
import type { KeychainReply, KeychainRequest } from './protocol.ts';

/** The part of Electron's UtilityProcess that is used. */
export type KeychainProcess = {
  postMessage(message: KeychainRequest): void;
  on(event: 'spawn', listener: () => void): unknown;
  on(event: 'message', listener: (reply: KeychainReply) => void): unknown;
  on(event: 'exit', listener: (code: number) => void): unknown;
  kill(): unknown;
};

type Found = { state: SecretState; secret?: string };

/**
 * The keychain of the operating system. Calls never reject: the state says what is in the way
 * (`messages.ts` has the words). Calls run one at a time; four that hang would stop libuv's file work.
 */
export type Keychain = {
  /**
   * `enrolled`: a secret was stored under this account once. A locked keyring answers like an empty one, so
   * nothing found then means `locked`; it must never be answered by storing anew.
   */
  read(account: string, marker: { enrolled: boolean }): Promise<Found>;
  /** `ready` when the keychain took it. */
  write(account: string, secret: string): Promise<{ state: SecretState }>;
  /** `empty` when nothing is left under the account. */
  remove(account: string): Promise<{ state: SecretState }>;
  /** Whether a keychain answers at all; touches no secret. A locked one may answer too, as `ready`. */
  probe(): Promise<{ state: SecretState }>;
  /** Gives up the running call, as someone who does not want to unlock: it ends as `locked`. */
  cancel(): void;
  /** Ends a running call; calls made afterwards find no service. */
  close(): void;
};

const SERVICE = 'Bitpro Desk';

/** What is stored goes through `seal`, where what the system keeps leaves this machine (local-seal.ts). */
export type Seal = { close(secret: string): string; open(stored: string): string | null };

/** A process that answered is kept this long for a next call; a sending and its mark follow one another closely. */
const KEPT_MS = 20_000;

/** One process, and who is told what it says. */
type Line = {
  child: KeychainProcess;
  isOver: boolean;
  onReply: (reply: KeychainReply) => void;
  onExit: () => void;
};

export function createKeychain(deps: {
  /** Starts `keychain-process`. */
  fork: () => KeychainProcess;
  seal?: Seal | null;
  /** For a first sign of life. */
  aliveMs?: number;
  /** From then on: the system may be asking a person for a password. */
  personMs?: number;
}): Keychain {
  const { fork, seal = null, aliveMs = 10_000, personMs = 120_000 } = deps;
  let queue: Promise<unknown> = Promise.resolve();
  let endRunning: ((state: SecretState) => void) | null = null;
  let closed = false;
  let kept: Line | null = null;
  let keptTimer: NodeJS.Timeout | undefined;

  function ask(request: KeychainRequest): Promise<Found> {
    const turn = queue.then(async () => {
      const line = takeKept();
      if (line === null) return await run(request, start);
      const found = await run(request, () => line);
      // The process, or its connection to the keychain, may have ended since it last answered.
      return found.state === 'no_service' ? await run(request, start) : found;
    });
    queue = turn;
    return turn;
  }

  function start(): Line {
    const child = fork();
    const line: Line = { child, isOver: false, onReply: () => {}, onExit: () => {} };
    // To kill a process that has not spawned does nothing.
    child.on('spawn', () => {
      if (line.isOver) child.kill();
    });
    child.on('message', (reply) => line.onReply(reply));
    child.on('exit', () => {
      line.isOver = true;
      line.onExit();
    });
    return line;
  }

  function end(line: Line): void {
    line.isOver = true;
    line.child.kill();
  }

  function keep(line: Line): void {
    kept = line;
    keptTimer = setTimeout(endKept, KEPT_MS);
  }

  function takeKept(): Line | null {
    const line = kept;
    clearTimeout(keptTimer);
    kept = null;
    return line?.isOver === false ? line : null;
  }

  function endKept(): void {
    const line = takeKept();
    if (line !== null) end(line);
  }

  /** All that belongs to one call lives in here: what its process says late reaches no other call. */
  function run(request: KeychainRequest, lineFor: () => Line): Promise<Found> {
    if (closed) return Promise.resolve({ state: 'no_service' });
    return new Promise((resolve) => {
      let line: Line | null = null;
      const settle = (found: Found, isAnswer = false): void => {
        clearTimeout(timer);
        endRunning = null;
        if (line !== null) {
          line.onReply = line.onExit = () => {};
          // One that could not do what it was asked for is not asked again.
          if (isAnswer && isDone(found)) keep(line);
          else end(line);
        }
        resolve(found);
      };
      let timer = setTimeout(() => settle({ state: 'hung' }), aliveMs);
      endRunning = (state) => settle({ state });
      try {
        line = lineFor();
        line.onReply = (reply) => {
          if (reply.state !== 'alive') return settle(reply, true);
          clearTimeout(timer);
          timer = setTimeout(() => settle({ state: 'hung' }), personMs);
        };
        line.onExit = () => settle({ state: 'no_service' });
        line.child.postMessage(request);
      } catch {
        settle({ state: 'no_service' });
      }
    });
  }

  return {
    async read(account, { enrolled }) {
      const found = await ask({ action: 'read', service: SERVICE, account });
      if (found.state === 'empty' && enrolled) return { state: 'locked' };
      if (seal === null || found.secret === undefined) return found;
      const secret = seal.open(found.secret);
      // Stored from another machine or data folder: here there is none.
      return secret === null ? { state: 'empty' } : { ...found, secret };
    },
    async write(account, secret) {
      let stored = secret;
      try {
        if (seal !== null) stored = seal.close(secret);
      } catch {
        return { state: 'no_service' };
      }
      return await ask({ action: 'write', service: SERVICE, account, secret: stored });
    },
    remove: (account) => ask({ action: 'remove', service: SERVICE, account }),
    probe: () => ask({ action: 'probe', service: SERVICE }),
    cancel: () => endRunning?.('locked'),
    close() {
      closed = true;
      endRunning?.('no_service');
      endKept();
    },
  };
}

function isDone({ state }: Found): boolean {
  return state === 'ready' || state === 'empty';
}
