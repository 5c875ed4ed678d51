/** Between two pings while the line is down; with the way there and back less than two seconds. */
const MIN_DELAY_MS = 700;
const JITTER_MS = 600;
/** A ping that hangs is of a line that is not back. */
const PING_TIMEOUT_MS = 2000;

export type LineWatch = {
  /** The line was lost: pings until it is back. Whoever listens to the connection hears of that. */
  watch(): void;
  close(): void;
};

/**
 * Notices within two seconds that the line is back, by the least request there is. It goes through the pace of all
 * reads, so while the service asks for fewer requests none is sent.
 */
export function createLineWatch(deps: {
  ping: (signal: AbortSignal) => Promise<unknown>;
  /** In [0, 1). */
  random: () => number;
  schedule?: (run: () => void, delayMs: number) => () => void;
}): LineWatch {
  const { ping, random, schedule = scheduleTimeout } = deps;
  let isWatching = false;
  let callOff = () => {};
  let current: AbortController | null = null;

  async function look(): Promise<void> {
    const controller = new AbortController();
    current = controller;
    const giveUp = schedule(() => controller.abort(), PING_TIMEOUT_MS);
    try {
      await ping(controller.signal);
      isWatching = false;
    } catch {
      // It is still down, and the connection says why.
      next();
    } finally {
      giveUp();
      current = null;
    }
  }

  function next(): void {
    if (isWatching) callOff = schedule(() => void look(), MIN_DELAY_MS + random() * JITTER_MS);
  }

  return {
    watch() {
      if (isWatching) return;
      isWatching = true;
      next();
    },
    close() {
      isWatching = false;
      callOff();
      current?.abort();
    },
  };
}

function scheduleTimeout(run: () => void, delayMs: number): () => void {
  const timer = setTimeout(run, delayMs);
  return () => clearTimeout(timer);
}
