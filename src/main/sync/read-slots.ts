/**
 * A bounded number of requests at once, shared by all clients: those in `urgent` first, else one after the other
 * in turn, so that no long history keeps the others waiting.
 */
export function createReadSlots(atOnce: number, urgent: ReadonlySet<string>) {
  /** In order of whose turn it is. */
  const waiting = new Map<string, (() => void)[]>();
  let free = atOnce;

  function next(): void {
    if (free === 0) return;
    const uid = [...urgent].find((each) => waiting.has(each)) ?? waiting.keys().next().value;
    if (uid === undefined) return;
    const [begin, ...later] = waiting.get(uid) ?? [];
    waiting.delete(uid);
    if (later.length > 0) waiting.set(uid, later);
    if (!begin) return;
    free -= 1;
    begin();
  }

  async function turnOf(uid: string, signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const begin = () => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        const others = (waiting.get(uid) ?? []).filter((each) => each !== begin);
        if (others.length > 0) waiting.set(uid, others);
        else waiting.delete(uid);
        reject(signal.reason);
      };
      signal.addEventListener('abort', leave, { once: true });
      waiting.set(uid, [...(waiting.get(uid) ?? []), begin]);
      next();
    });
  }

  return {
    /** Runs `request` when it is this client's turn. @throws what it throws, or the signal's reason */
    async use<T>(uid: string, signal: AbortSignal, request: () => Promise<T>): Promise<T> {
      signal.throwIfAborted();
      await turnOf(uid, signal);
      try {
        return await request();
      } finally {
        free += 1;
        next();
      }
    },
  };
}

export type ReadSlots = ReturnType<typeof createReadSlots>;
