import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { findElectron, root } from '../../scripts/paths.mjs';
import { startHost } from '../rig/host.ts';
import type { Exit } from '../rig/main-process.ts';

const QUIT_LIMIT_MS = 20_000;

export type LaunchOptions = {
  /** Everything the app writes lies in here; start twice with one folder to see what is kept. */
  userDataDir: string;
  /** Added to this process's environment. */
  env?: NodeJS.ProcessEnv;
  args?: readonly string[];
  /** Another built main file than the app's; for tests of the rig itself. */
  entry?: string;
};

type ElectronModule = typeof import('electron');

export type LaunchedApp = {
  pid: number;
  /** The page of the app's window, as soon as there is one. */
  firstWindow: () => Promise<Page>;
  /** The page of the window now: another one after a crash, or once the window was closed and opened again. */
  currentWindow: () => Promise<Page>;
  /** Runs a function, by its source, in the main process; its first argument is the module `electron`. */
  evaluate: <Result, Arg = undefined>(
    run: (electron: ElectronModule, arg: Arg) => Result | Promise<Result>,
    arg?: Arg,
  ) => Promise<Result>;
  /** What the main process has printed so far. */
  output: () => string;
  /** Quits as the operator would; throws when the app does not end in time. */
  close: () => Promise<void>;
  /** Ends the main process at once, as a crash or a power cut would with SIGKILL. */
  kill: (signal: NodeJS.Signals) => Promise<void>;
  /** Settles when the main process has ended. */
  exited: Promise<Exit>;
};

/** @public For tests that only one of the two can run. */
export function hasElectron(): boolean {
  return findElectron() !== undefined;
}

/** Starts the built app, on Electron where its binary is there and on the rig elsewhere. */
export async function launchApp(options: LaunchOptions): Promise<LaunchedApp> {
  const executablePath = findElectron();
  return executablePath === undefined
    ? await launchOnRig(options)
    : await launchOnElectron(executablePath, options);
}

function settingsOf({ userDataDir, env, args = [], entry }: LaunchOptions) {
  return {
    entry: entry ?? join(root, 'out', 'main', 'index.cjs'),
    args: [`--user-data-dir=${userDataDir}`, ...args],
    env: { ...process.env, ...env },
  };
}

async function launchOnRig(options: LaunchOptions): Promise<LaunchedApp> {
  const printed: string[] = [];
  const onOutput = (text: string): void => void printed.push(text);
  const host = await startHost({ ...settingsOf(options), isHeadless: true, onOutput }).catch(
    (cause: unknown) => {
      throw new Error(`The app did not start. It printed:\n${printed.join('')}`, { cause });
    },
  );
  const evaluate: LaunchedApp['evaluate'] = async (run, arg) =>
    (await host.evaluate(run.toString(), arg)) as never;
  return {
    pid: host.pid,
    firstWindow: host.firstWindow,
    currentWindow: host.currentWindow,
    evaluate,
    output: () => printed.join(''),
    close: async () => {
      await Promise.race([evaluate(({ app }) => app.quit()).catch(() => {}), host.exited]);
      await endsInTime(host.exited, printed);
      caughtEverything(printed.join(''));
    },
    kill: async (signal) => {
      host.kill(signal);
      await endsInTime(host.exited, printed);
    },
    exited: host.exited,
  };
}

async function launchOnElectron(
  executablePath: string,
  options: LaunchOptions,
): Promise<LaunchedApp> {
  const { _electron } = await import('playwright-core');
  const { entry, args, env } = settingsOf(options);
  const electron = await _electron.launch({
    executablePath,
    args: [options.entry === undefined ? root : entry, ...args],
    // Playwright drives it by switches that the app otherwise refuses.
    env: { ...env, ...displayOfTests(), BITPRO_DESK_ALLOW_SWITCHES: '1' },
    chromiumSandbox: process.getuid?.() !== 0,
    colorScheme: null,
  });
  const child = electron.process();
  const printed: string[] = [];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => printed.push(text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => printed.push(text));
  const ended = Promise.withResolvers<Exit>();
  child.once('exit', (code, signal) => ended.resolve({ code, signal }));
  return {
    pid: child.pid ?? 0,
    firstWindow: () => electron.firstWindow(),
    currentWindow: async () => electron.windows().at(-1) ?? electron.firstWindow(),
    evaluate: (run, arg) => electron.evaluate(run as never, arg),
    output: () => printed.join(''),
    close: async () => {
      await electron.close();
      await endsInTime(ended.promise, printed);
    },
    kill: async (signal) => {
      child.kill(signal);
      await endsInTime(ended.promise, printed);
    },
    exited: ended.promise,
  };
}

/** The app goes on after a rejection nobody handles; a test must not. */
function caughtEverything(output: string): void {
  if (!/^(Unhandled rejection|Uncaught exception):/m.test(output)) return;
  throw new Error(`The app did not catch everything. It printed:\n${output}`);
}

/** The tests' own processes have none, so that no keyring asks them anything (scripts/keyring.mjs). */
function displayOfTests(): Record<string, string> {
  const display = process.env['E2E_DISPLAY'] ?? '';
  return display === '' ? {} : { DISPLAY: display };
}

async function endsInTime(exited: Promise<Exit>, printed: readonly string[]): Promise<void> {
  const limit = new AbortController();
  const late = setTimeout(QUIT_LIMIT_MS, undefined, { signal: limit.signal }).then(() => {
    throw new Error(
      `The app did not end within ${QUIT_LIMIT_MS} ms. It printed:\n${printed.join('')}`,
    );
  });
  try {
    await Promise.race([exited, late]);
  } finally {
    limit.abort();
    await late.catch(() => {});
  }
}
