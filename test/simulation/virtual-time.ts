import { setImmediate as turn } from 'node:timers/promises';

/** What gives way to others some times in a row has come to its end by then. */
const TURNS = 6;

type Event = { atMs: number; seq: number; run: () => void };

export type VirtualTime = ReturnType<typeof createVirtualTime>;

/** Time that passes only from one event to the next. What happens at one moment happens in the order it was planned. */
export function createVirtualTime(startMs: number) {
  const events: Event[] = [];
  let nowMs = startMs;
  let seq = 0;

  function after(delayMs: number, run: () => void): void {
    seq += 1;
    const event = { atMs: nowMs + Math.ceil(Math.max(0, delayMs)), seq, run };
    const index = events.findLastIndex(({ atMs }) => atMs <= event.atMs);
    events.splice(index + 1, 0, event);
  }

  /** Every promise that can settle does. */
  async function settle(): Promise<void> {
    for (let each = 0; each < TURNS; each += 1) await turn();
  }

  return {
    nowMs: () => nowMs,
    after,
    sleep: (delayMs: number) => new Promise<void>((resolve) => after(delayMs, resolve)),
    /** Until nothing is planned any more, or that far. */
    async runUntil(endMs: number): Promise<void> {
      for (;;) {
        await settle();
        const [event] = events;
        if (!event || event.atMs > endMs) return;
        events.shift();
        nowMs = event.atMs;
        event.run();
      }
    },
  };
}
