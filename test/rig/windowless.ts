import { APP_PAGE } from '../../src/main/app/app-protocol.ts';
import type { Result } from '#shared/errors.ts';
import { INVOKE_CHANNEL } from '#shared/ipc/bridge.ts';
import type { RequestInput, RequestName, RequestOutput } from '#shared/ipc/contract.ts';
import { startMainProcess, type MainOptions, type MainProcess } from './main-process.ts';

export type WindowlessApp = Pick<MainProcess, 'pid' | 'kill' | 'exited'> & {
  /** Asks as the page of the app's window would. Rejects when the process has ended, or never opened one. */
  call: <Name extends RequestName>(
    name: Name,
    input: RequestInput<Name>,
  ) => Promise<Result<RequestOutput<Name>>>;
  /** Runs a function, by its source, in the main process; its first argument is the module `electron`. */
  evaluate: <Arg>(
    run: (electron: typeof import('electron'), arg: Arg) => unknown,
    arg: Arg,
  ) => Promise<unknown>;
  quit: () => void;
};

/**
 * The app's main process with a window that no Chromium draws: it is told that there is one, and whoever
 * started it asks in the page's place, over the same channel, with the same checks of sender and input.
 */
export function startWindowless(options: MainOptions): WindowlessApp {
  const { pid, link, kill, exited } = startMainProcess(options);
  const opened = Promise.withResolvers<number>();
  opened.promise.catch(() => {});
  link.answer({
    started: () => {},
    'browser.start': () => {},
    'window.open': ({ windowId }) => opened.resolve(windowId),
    'window.load': () => {},
    'window.send': () => {},
    'window.setBounds': () => {},
    'window.setHidden': () => {},
    'window.reload': () => {},
    'window.destroy': () => {},
    'theme.set': () => {},
  });
  void exited.then(() => opened.reject(new Error('The main process has ended')));
  const evaluate: WindowlessApp['evaluate'] = (run, arg) =>
    link.call('evaluate', { source: run.toString(), arg });
  return {
    pid,
    kill,
    exited,
    call: async (name, input) => {
      const windowId = await opened.promise;
      const sender = { windowId, frameUrl: APP_PAGE, isMainFrame: true };
      const args = [name, input];
      // The seam where an answer of main gets its type, as in the renderer's own client.
      return (await link.call('ipc.invoke', { ...sender, channel: INVOKE_CHANNEL, args })) as never;
    },
    evaluate,
    quit: () => void evaluate(({ app }) => app.quit(), undefined).catch(() => {}),
  };
}
