import { app, powerMonitor, type BrowserWindow, type Event } from 'electron';

/** Longer than any write the app makes, shorter than what makes an operator kill it. */
const CLEANUP_LIMIT_MS = 5_000;

type LifecycleHooks = {
  /** Someone started the app again. */
  onSecondInstance: () => void;
  /** macOS: the dock icon was clicked and no window is open. */
  onActivate: () => void;
  /** Finish or abandon what is under way; called once, and given 5 s. */
  cleanUp: () => Promise<void>;
  /** It failed; the app ends all the same. */
  onFailure: (error: unknown) => void;
};

let isLeaving = false;
let isCleanedUp = false;

/**
 * Quits in order: the last window closes, `cleanUp` runs, and then the process ends. The function returned does the
 * same without asking any window, and ends with a code.
 */
export function manageLifecycle(hooks: LifecycleHooks): {
  leave: (code: number, beforeEnd: () => void) => Promise<void>;
} {
  const { onSecondInstance, onActivate, onFailure } = hooks;
  const cleanUp = once(async () => {
    await settledWithin(hooks.cleanUp(), CLEANUP_LIMIT_MS, onFailure);
    isCleanedUp = true;
  });
  app.on('second-instance', () => {
    // The one that is leaving has no window to bring to the front.
    if (!isLeaving) onSecondInstance();
  });
  app.on('activate', onActivate);
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  app.on('before-quit', (event) => {
    if (isCleanedUp) return;
    event.preventDefault();
    isLeaving = true;
    void cleanUp().then(() => app.quit());
  });
  // Linux and macOS. The event, which the types leave out, asks the system to wait for us.
  powerMonitor.on('shutdown', (event?: Event) => {
    event?.preventDefault();
    app.quit();
  });
  return {
    leave: async (code, beforeEnd) => {
      isLeaving = true;
      await cleanUp();
      beforeEnd();
      app.exit(code);
    },
  };
}

/** Windows ends a session without `before-quit`: this is the only notice the app gets. */
export function onSessionEnd(
  window: BrowserWindow,
  { cleanUp, onFailure }: Pick<LifecycleHooks, 'cleanUp' | 'onFailure'>,
): void {
  window.on('session-end', () => void settledWithin(cleanUp(), CLEANUP_LIMIT_MS, onFailure));
}

/** After sleep everything on the screen is old. */
export function onWakeUp(refresh: () => void): void {
  powerMonitor.on('resume', refresh);
}

/** Resolves when the work is settled, however it went, or when the time is up. */
async function settledWithin(
  work: Promise<void>,
  limitMs: number,
  onFailure: (error: unknown) => void,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, limitMs);
  await Promise.race([work.catch(onFailure), promise]);
  clearTimeout(timer);
}

function once<T>(run: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => (running ??= run());
}
