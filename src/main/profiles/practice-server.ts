import { join } from 'node:path';
import * as z from 'zod/mini';
import { AppError } from '#shared/errors.ts';

/** In the folder of the profile. */
export const PRACTICE_STATE_FILE = 'practice-server.json';

const START_LIMIT_MS = 20_000;
const STOP_LIMIT_MS = 3_000;

/** What is said to the sandbox's utility process. The sandbox room is not imported: only its words are known. */
type PracticeRequest =
  | {
      type: 'start';
      options: {
        merchants: { apiKey: string; secret: string }[];
        port: number;
        scenario: 'demo';
        stateFile: string;
      };
    }
  | { type: 'stop' };

const replySchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('listening'), url: z.string() }),
  z.object({ type: z.literal('failed'), message: z.string() }),
  z.object({ type: z.literal('stopped') }),
]);

/** The part of Electron's UtilityProcess that is used. */
export type PracticeProcess = {
  postMessage(message: PracticeRequest): void;
  on(event: 'message', listener: (reply: unknown) => void): unknown;
  on(event: 'exit', listener: (code: number) => void): unknown;
  kill(): unknown;
};

export type PracticeServer = {
  /** @returns the Base URL. @throws AppError internal when the server cannot start */
  start(merchant: { apiKey: string; secret: string }): Promise<string>;
  /** Its state is on disk after every answer, so stopping loses nothing. */
  stop(): Promise<void>;
};

/**
 * The built-in sandbox server of the Practice profile, in a process of its own on a free loopback port. If it
 * dies it is started again once, on the same port, so that clients made for it go on working.
 */
export function createPracticeServer(deps: {
  /** Starts `sandbox-process`. */
  fork: () => PracticeProcess;
  /** The profile's own folder; must exist. */
  directory: string;
  /** The server died, and could not be brought back. */
  onLost: (error: AppError) => void;
}): PracticeServer {
  const stateFile = join(deps.directory, PRACTICE_STATE_FILE);
  let current: PracticeProcess | null = null;

  async function launch(
    merchant: { apiKey: string; secret: string },
    port: number,
    restartsLeft: number,
  ): Promise<string> {
    const child = deps.fork();
    current = child;
    const started = startedAt(child);
    child.postMessage({
      type: 'start',
      options: { merchants: [merchant], port, scenario: 'demo', stateFile },
    });
    const baseUrl = await started.catch((error: unknown) => {
      if (current === child) current = null;
      child.kill();
      throw error;
    });
    child.on('exit', () => {
      // `stop` lets go of the process first: its end is then no loss.
      if (current !== child) return;
      current = null;
      if (restartsLeft === 0) deps.onLost(failed('it stopped twice'));
      else {
        launch(merchant, Number(new URL(baseUrl).port), restartsLeft - 1).catch(
          (error: unknown) => {
            deps.onLost(error instanceof AppError ? error : failed(String(error)));
          },
        );
      }
    });
    return baseUrl;
  }

  return {
    start: (merchant) => launch(merchant, 0, 1),
    async stop() {
      const child = current;
      current = null;
      if (!child) return;
      child.postMessage({ type: 'stop' });
      await withinLimit(replyOf(child, 'stopped'), STOP_LIMIT_MS).catch(() => undefined);
      child.kill();
    },
  };
}

async function startedAt(child: PracticeProcess): Promise<string> {
  const reply = await withinLimit(replyOf(child, 'listening', 'failed'), START_LIMIT_MS);
  if (reply.type === 'listening') return reply.url;
  throw failed(reply.type === 'failed' ? reply.message : 'it gave no address');
}

/** The first reply of one of the kinds; rejects when the process ends instead. */
function replyOf(child: PracticeProcess, ...kinds: z.infer<typeof replySchema>['type'][]) {
  return new Promise<z.infer<typeof replySchema>>((resolve, reject) => {
    child.on('message', (message) => {
      const reply = z.safeParse(replySchema, message);
      if (reply.success && kinds.includes(reply.data.type)) resolve(reply.data);
    });
    child.on('exit', (code) => reject(failed(`its process ended with code ${code}`)));
  });
}

async function withinLimit<T>(work: Promise<T>, limitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(failed('it did not answer in time')), limitMs);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}

function failed(reason: string): AppError {
  return new AppError(
    'internal',
    `The built-in practice server does not run: ${reason}. Open the Practice profile again.`,
  );
}
