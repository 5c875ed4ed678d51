import { fork as forkChild, type StdioOptions } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { isAbsolute } from 'node:path';
import type { Readable } from 'node:stream';
import { app, appState } from './app.ts';
import { createEvent, modelled } from './modelled.ts';

type Options = {
  env?: NodeJS.ProcessEnv;
  execArgv?: string[];
  cwd?: string;
  stdio?: 'pipe' | 'ignore' | 'inherit' | ('pipe' | 'ignore' | 'inherit')[];
  serviceName?: string;
};

const shim = new URL('../utility-shim.ts', import.meta.url).href;

/** A real child process; what differs from Node's fork is `process.parentPort`, which the shim gives it. */
class UtilityProcess extends EventEmitter {
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  pid: number | undefined;
  readonly #child;
  #isSpawned = false;
  #isKilled = false;

  constructor(modulePath: string, args: string[], options: Options) {
    super();
    const {
      env,
      cwd,
      execArgv = [],
      stdio = 'inherit',
      serviceName = 'Node Utility Process',
    } = options;
    this.#child = forkChild(modulePath, args, {
      execArgv: ['--unhandled-rejections=warn', '--import', shim, ...execArgv],
      serialization: 'advanced',
      stdio: stdioOf(stdio),
      // An empty list is none: all of this process's environment is inherited then.
      ...(env === undefined || Object.keys(env).length === 0 ? {} : { env }),
      ...(cwd === undefined ? {} : { cwd }),
    });
    this.stdout = this.#child.stdout;
    this.stderr = this.#child.stderr;
    this.#child.on('spawn', () => {
      this.#isSpawned = true;
      this.pid = this.#child.pid;
      this.emit('spawn');
    });
    this.#child.on('message', (message) => this.emit('message', message));
    this.#child.on('error', () => {});
    this.#child.on('exit', (code, signal) => {
      this.pid = undefined;
      // Electron reports 0 for a process it ended itself.
      const exitCode = this.#isKilled ? 0 : (code ?? 128);
      const reason = this.#isKilled
        ? 'killed'
        : signal === null && code === 0
          ? 'clean-exit'
          : 'crashed';
      const gone = { type: 'Utility', reason, exitCode, serviceName };
      if (reason !== 'clean-exit') app.emit('child-process-gone', createEvent({}), gone);
      this.emit('exit', exitCode);
    });
  }

  postMessage(message: unknown, transfer: unknown[] = []): void {
    if (transfer.length > 0) throw new Error('rig: transferred ports are not modelled');
    // A message to a process that has ended is lost without a word, as in Electron.
    const copy: unknown = structuredClone(message);
    if (this.#child.connected) this.#child.send(copy as object, () => {});
  }

  /** False, and without effect, before `spawn`. */
  kill(): boolean {
    return this.#isSpawned && this.end();
  }

  /** The rig's own way to end it, at any time. */
  end(): boolean {
    this.#isKilled = true;
    return this.#child.kill('SIGTERM');
  }
}

export const utilityProcess = modelled('utilityProcess', {
  fork: (modulePath: string, args: string[] = [], options: Options = {}): UtilityProcess => {
    if (!appState.isReady())
      throw new Error('utilityProcess cannot be created before app is ready');
    if (!isAbsolute(modulePath)) throw new Error('rig: give utilityProcess.fork an absolute path');
    const child = new UtilityProcess(modulePath, args, options);
    children.add(child);
    child.once('exit', () => children.delete(child));
    return child;
  },
});

const children = new Set<UtilityProcess>();
process.on('exit', () => children.forEach((child) => child.end()));

function stdioOf(stdio: NonNullable<Options['stdio']>): StdioOptions {
  const [stdin, stdout, stderr] = typeof stdio === 'string' ? ['ignore', stdio, stdio] : stdio;
  if (stdin !== 'ignore') throw new Error('stdin value other than ignore is not supported.');
  return ['ignore', stdout, stderr, 'ipc'] as StdioOptions;
}
