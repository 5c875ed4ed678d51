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
};

let isCleanedUp = false;

/** Quits in order: the last window closes, `cleanUp` runs, and then the process ends. */
export function manageLifecycle({ onSecondInstance, onActivate, cleanUp }: LifecycleHooks): void {
  const leave = once(async () => {
    await settledWithin(cleanUp(), CLEANUP_LIMIT_MS);
    isCleanedUp = true;
    app.quit();
  });
  app.on('second-instance', onSecondInstance);
  app.on('activate', onActivate);
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  app.on('before-quit', (event) => {
    if (isCleanedUp) return;
    event.preventDefault();
    void leave();
  });
  // Linux and macOS. The event, which the types leave out, asks the system to wait for us.
  powerMonitor.on('shutdown', (event?: Event) => {
    event?.preventDefault();
    app.quit();
  });
}

/** Windows ends a session without `before-quit`: this is the only notice the app gets. */
export function onSessionEnd(window: BrowserWindow, cleanUp: () => Promise<void>): void {
  window.on('session-end', () => void settledWithin(cleanUp(), CLEANUP_LIMIT_MS));
}

/** After sleep everything on the screen is old. */
export function onWakeUp(refresh: () => void): void {
  powerMonitor.on('resume', refresh);
}

/** Resolves when the work is settled, however it went, or when the time is up. */
async function settledWithin(work: Promise<void>, limitMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, limitMs);
  await Promise.race([
    work.catch((error: unknown) => console.error('Cleaning up failed:', error)),
    promise,
  ]);
  clearTimeout(timer);
}

function once<T>(run: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => (running ??= run());
}
