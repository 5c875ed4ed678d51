import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { node, root } from '../../scripts/paths.mjs';
import { createLink, type Link } from './link.ts';
import type { HostCalls, MainCalls } from './messages.ts';

export type MainOptions = {
  /** The built main file. */
  entry: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  /** Modules to import before it, besides the rig's `electron`. */
  preloads?: readonly string[];
  onOutput: (text: string) => void;
};

export type Exit = { code: number | null; signal: NodeJS.Signals | null };

export type MainProcess = {
  pid: number;
  /** What it asks of its host is answered here. */
  link: Link<HostCalls, MainCalls>;
  kill: (signal: NodeJS.Signals) => void;
  /** Settles when it has ended and all that it sent before has been heard. */
  exited: Promise<Exit>;
};

/** Starts the app's main process on the rig; `started` is the first that it calls. */
export function startMainProcess(options: MainOptions): MainProcess {
  const { entry, args, env, preloads = [], onOutput } = options;
  const imports = [join(import.meta.dirname, 'register.ts'), ...preloads];
  // Electron warns of a rejection that nobody handles, where Node would end.
  const flags = ['--unhandled-rejections=warn', ...imports.flatMap((file) => ['--import', file])];
  const child = spawn(node, [...flags, entry, ...args], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    serialization: 'advanced',
  });
  child.stdout?.setEncoding('utf8').on('data', onOutput);
  child.stderr?.setEncoding('utf8').on('data', onOutput);

  const link = createLink<HostCalls, MainCalls>({
    send: (message) => {
      if (child.connected) child.send(message as object, () => {});
    },
    onMessage: (listener) => void child.on('message', listener),
  });
  const ended = Promise.all([once(child, 'exit'), once(child, 'disconnect')]);
  const exited = ended.then(([[code, signal]]): Exit => {
    link.close(`The main process has ended (${String(signal ?? code)})`);
    return { code: code as number | null, signal: signal as NodeJS.Signals | null };
  });
  return { pid: child.pid ?? 0, link, kill: (signal) => void child.kill(signal), exited };
}
