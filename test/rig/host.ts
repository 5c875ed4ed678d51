import type { Page } from 'playwright-core';
import { createHostBrowser } from './host-browser.ts';
import { startMainProcess, type Exit, type MainOptions } from './main-process.ts';

type HostOptions = MainOptions & { isHeadless: boolean };

export type Host = {
  pid: number;
  firstWindow: () => Promise<Page>;
  currentWindow: () => Promise<Page>;
  evaluate: (source: string, arg: unknown) => Promise<unknown>;
  kill: (signal: NodeJS.Signals) => void;
  /** Settles when the main process has ended and Chromium is closed. */
  exited: Promise<Exit>;
};

/** Starts the app's main process and, when it asks for one, the Chromium that stands for its windows. */
export async function startHost(options: HostOptions): Promise<Host> {
  const { pid, link, kill, exited } = startMainProcess(options);
  const browser = createHostBrowser(link, { isHeadless: options.isHeadless });
  const started = Promise.withResolvers<void>();
  link.answer({ ...browser.answers, started: () => started.resolve() });
  const closed = exited.then(async (exit) => {
    const reason = `The main process has ended (${exit.signal ?? exit.code})`;
    started.reject(new Error(reason));
    await browser.close(reason);
    return exit;
  });
  await started.promise;
  return {
    pid,
    firstWindow: () => browser.firstWindow,
    currentWindow: browser.currentWindow,
    evaluate: (source, arg) => link.call('evaluate', { source, arg }),
    kill,
    exited: closed,
  };
}
