/** The first pause after a 429 that names no time, at most; it doubles with each further one. */
const BASE_PAUSE_MS = 300;
const MAX_PAUSE_MS = 30_000;
/** More than any reading asks for at once. */
const MAX_AT_ONCE = 16;

/**
 * One pace for all reads of a client. While the service asks for fewer requests (429, or 503 with a Retry-After)
 * none is sent; afterwards half as many at once as before, and with each answer a little more again.
 */
export type Pace = {
  /**
   * Waits until a read may be sent; what it resolves with must be called when the read has ended. Null, at once,
   * when the service asked for a longer pause than `withinMs`.
   * @throws the reason of the signal
   */
  enter(within: {
    withinMs: number;
    signal: AbortSignal | undefined;
  }): Promise<(() => void) | null>;
  /** An answer that asks for fewer requests, and from when on if it says so. */
  slowDown(retryAfterMs: number | null): void;
  /** Any other answer. */
  speedUp(): void;
};

export type PaceDeps = {
  sleep: (delayMs: number, signal?: AbortSignal) => Promise<void>;
  /** In [0, 1). */
  random: () => number;
  /** Monotonic. */
  now?: () => number;
};

export function createPace({ sleep, random, now = () => performance.now() }: PaceDeps): Pace {
  const waiting: (() => void)[] = [];
  let atOnce = MAX_AT_ONCE;
  let underWay = 0;
  let pausedUntilMs = -Infinity;
  /** Pauses since the last answer that asked for none. */
  let pauses = 0;

  function admit(): void {
    while (underWay < Math.floor(atOnce)) {
      const begin = waiting.shift();
      if (!begin) return;
      underWay += 1;
      begin();
    }
  }

  function leave(): void {
    underWay -= 1;
    admit();
  }

  async function takePlace(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const giveUp = () => {
        const index = waiting.indexOf(begin);
        if (index >= 0) waiting.splice(index, 1);
        reject(signal?.reason);
      };
      const begin = () => {
        signal?.removeEventListener('abort', giveUp);
        resolve();
      };
      signal?.addEventListener('abort', giveUp, { once: true });
      waiting.push(begin);
      admit();
    });
  }

  /** Sits out the pause, and one that is imposed meanwhile. False when it is too long. */
  async function sitOut(withinMs: number, signal: AbortSignal | undefined): Promise<boolean> {
    const startedMs = now();
    for (let untilMs = NaN; untilMs !== pausedUntilMs;) {
      untilMs = pausedUntilMs;
      const delayMs = Math.ceil(untilMs - now());
      if (untilMs - startedMs > withinMs) return false;
      if (delayMs > 0) await sleep(delayMs, signal);
    }
    return true;
  }

  return {
    async enter({ withinMs, signal }) {
      const startedMs = now();
      if (pausedUntilMs - startedMs > withinMs) return null;
      await takePlace(signal);
      try {
        if (await sitOut(withinMs - (now() - startedMs), signal)) return leave;
      } catch (error) {
        leave();
        throw error;
      }
      leave();
      return null;
    },

    slowDown(retryAfterMs) {
      const isPaused = now() < pausedUntilMs;
      // What was under way when the pause began says the same thing once more.
      if (!isPaused) {
        atOnce = Math.max(1, Math.min(atOnce, underWay) / 2);
        pauses += 1;
      }
      const ceilingMs = Math.min(MAX_PAUSE_MS, BASE_PAUSE_MS * 2 ** (pauses - 1));
      const pauseMs = (retryAfterMs ?? ceilingMs) + random() * ceilingMs;
      if (!isPaused || retryAfterMs !== null) {
        pausedUntilMs = Math.max(pausedUntilMs, now() + pauseMs);
      }
    },

    speedUp() {
      pauses = 0;
      atOnce = Math.min(MAX_AT_ONCE, atOnce + 1 / atOnce);
      admit();
    },
  };
}
