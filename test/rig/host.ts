import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { node, root } from '../../scripts/paths.mjs';
import { createHostBrowser } from './host-browser.ts';
import { createLink } from './link.ts';
import type { HostCalls, MainCalls } from './messages.ts';

type HostOptions = {
  /** The built main file. */
  entry: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  isHeadless: boolean;
  onOutput: (text: string) => void;
};

export type Exit = { code: number | null; signal: NodeJS.Signals | null };

export type Host = {
  pid: number;
  firstWindow: () => Promise<Page>;
  evaluate: (source: string, arg: unknown) => Promise<unknown>;
  kill: (signal: NodeJS.Signals) => void;
  /** Settles when the main process has ended and Chromium is closed. */
  exited: Promise<Exit>;
};

/** Starts the app's main process and, when it asks for one, the Chromium that stands for its windows. */
export async function startHost(options: HostOptions): Promise<Host> {
  const register = join(import.meta.dirname, 'register.ts');
  const child = spawn(node, ['--import', register, options.entry, ...options.args], {
    cwd: root,
    env: options.env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    serialization: 'advanced',
  });
  child.stdout?.setEncoding('utf8').on('data', options.onOutput);
  child.stderr?.setEncoding('utf8').on('data', options.onOutput);

  const link = createLink<HostCalls, MainCalls>({
    send: (message) => {
      if (child.connected) child.send(message as object, () => {});
    },
    onMessage: (listener) => void child.on('message', listener),
  });
  const browser = createHostBrowser(link, { isHeadless: options.isHeadless });
  const started = Promise.withResolvers<void>();
  link.answer({ ...browser.answers, started: () => started.resolve() });

  const exited = once(child, 'exit').then(async ([code, signal]): Promise<Exit> => {
    const reason = `The main process has ended (${signal ?? code})`;
    started.reject(new Error(reason));
    link.close(reason);
    await browser.close(reason);
    return { code: code as number | null, signal: signal as NodeJS.Signals | null };
  });
  await started.promise;

  return {
    pid: child.pid ?? 0,
    firstWindow: () => browser.firstWindow,
    evaluate: (source, arg) => link.call('evaluate', { source, arg }),
    kill: (signal) => void child.kill(signal),
    exited,
  };
}
