/** Between two knocks while the line is down; with the way there and back, and the first page, less than two seconds. */
const MIN_DELAY_MS = 500;
const JITTER_MS = 400;

export type LineWatch = {
  /** The line was lost: knocks until it is back. Whoever listens to the connection hears of that. */
  watch(): void;
  /** The line may be lost: knocks once. */
  look(): void;
  close(): void;
};

/**
 * Notices within two seconds that the line is back, by the least request there is. It goes through the pace of all
 * reads, so while the service asks for fewer requests none is sent.
 */
export function createLineWatch(deps: {
  /** One attempt, on a connection of its own. */
  knock: (signal: AbortSignal) => Promise<unknown>;
  /** In [0, 1). */
  random: () => number;
  schedule?: (run: () => void, delayMs: number) => () => void;
}): LineWatch {
  const { knock, random, schedule = scheduleTimeout } = deps;
  const knocks = new Set<AbortController>();
  let isWatching = false;
  let isClosed = false;
  let callOff = () => {};

  async function knockOnce(): Promise<void> {
    const controller = new AbortController();
    knocks.add(controller);
    try {
      await knock(controller.signal);
      rest();
    } catch {
      // The connection says why.
    } finally {
      knocks.delete(controller);
    }
  }

  /** One that hangs keeps no other back: what is sent into a dead line may never be answered. */
  function next(): void {
    const delayMs = MIN_DELAY_MS + random() * JITTER_MS;
    callOff = schedule(() => {
      void knockOnce();
      next();
    }, delayMs);
  }

  /** Knocks that still hang say nothing of the line any more. */
  function rest(): void {
    isWatching = false;
    callOff();
    for (const controller of knocks) controller.abort();
  }

  return {
    watch() {
      if (isWatching || isClosed) return;
      isWatching = true;
      next();
    },
    look() {
      if (!isWatching && !isClosed && knocks.size === 0) void knockOnce();
    },
    close() {
      isClosed = true;
      rest();
    },
  };
}

function scheduleTimeout(run: () => void, delayMs: number): () => void {
  const timer = setTimeout(run, delayMs);
  return () => clearTimeout(timer);
}
