/**
 * A bounded number of requests at once, shared by all clients. The newest page and the balance of every client go
 * before anybody's depths; of either, those in `urgent` go first, else clients take turns, so that no long history
 * keeps the others waiting. One turn in four goes to the depths of a client in `urgent`: it is looked at.
 */
export function createReadSlots(atOnce: number, urgent: ReadonlySet<string>) {
  const newest = createQueue(urgent);
  const depths = createQueue(urgent);
  const loopTurn = createLoopTurns();
  let free = atOnce;
  let turns = 0;

  function next(): void {
    if (free === 0) return;
    const isForDepth = turns % DEPTH_EVERY === DEPTH_EVERY - 1 && depths.hasUrgent();
    const begin = (isForDepth ? depths.take() : newest.take()) ?? depths.take();
    if (!begin) return;
    turns += 1;
    free -= 1;
    begin();
  }

  async function turnOf(uid: string, { signal, isDepth }: Turn): Promise<void> {
    const queue = isDepth ? depths : newest;
    await new Promise<void>((resolve, reject) => {
      const begin = () => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        queue.leave(uid, begin);
        reject(signal.reason);
      };
      signal.addEventListener('abort', leave, { once: true });
      queue.add(uid, begin);
      next();
    });
  }

  return {
    /** Runs `request` when it is this client's turn. @throws what it throws, or the signal's reason */
    async use<T>(uid: string, turn: Turn, request: () => Promise<T>): Promise<T> {
      turn.signal.throwIfAborted();
      await turnOf(uid, turn);
      const answer = await request().finally(() => {
        free += 1;
        next();
      });
      // Pages of depths are written in turns of their own.
      if (!turn.isDepth) await loopTurn();
      return answer;
    },
  };
}

export type ReadSlots = ReturnType<typeof createReadSlots>;

/** `isDepth`: not the newest page and not the balance. */
export type Turn = { signal: AbortSignal; isDepth: boolean };

const DEPTH_EVERY = 4;

/** Resolves for one a turn of the loop: what many answers that came in together bring would hold main. */
function createLoopTurns() {
  const waiting: (() => void)[] = [];
  let isTaken = false;

  function pass(): void {
    const begin = waiting.shift();
    isTaken = begin !== undefined;
    if (!begin) return;
    setImmediate(pass);
    begin();
  }

  return async (): Promise<void> => {
    if (isTaken) return new Promise((resolve) => waiting.push(resolve));
    isTaken = true;
    setImmediate(pass);
    return undefined;
  };
}

function createQueue(urgent: ReadonlySet<string>) {
  /** In order of whose turn it is. */
  const waiting = new Map<string, (() => void)[]>();
  const urgentUid = () => [...urgent].find((uid) => waiting.has(uid));
  return {
    hasUrgent: (): boolean => urgentUid() !== undefined,
    add(uid: string, begin: () => void): void {
      waiting.set(uid, [...(waiting.get(uid) ?? []), begin]);
    },
    leave(uid: string, begin: () => void): void {
      const others = (waiting.get(uid) ?? []).filter((each) => each !== begin);
      if (others.length > 0) waiting.set(uid, others);
      else waiting.delete(uid);
    },
    take(): (() => void) | undefined {
      const uid = urgentUid() ?? waiting.keys().next().value;
      if (uid === undefined) return undefined;
      const [begin, ...later] = waiting.get(uid) ?? [];
      waiting.delete(uid);
      if (later.length > 0) waiting.set(uid, later);
      return begin;
    },
  };
}
