import { fail, type Result } from '#shared/errors.ts';
import type { Bridge } from '#shared/ipc/bridge.ts';
import type { RequestInput, RequestName, RequestOutput } from '#shared/ipc/contract.ts';
import type { EventName, Events } from '#shared/ipc/events.ts';

declare global {
  interface Window {
    readonly bitpro: Bridge;
  }
}

/** Asks main. Never rejects: what failed is in the Result. */
export async function call<Name extends RequestName>(
  name: Name,
  input: RequestInput<Name>,
): Promise<Result<RequestOutput<Name>>> {
  try {
    // The one place where an answer of main gets its type; main checks the shapes by the same contract.
    return (await window.bitpro.invoke(name, input)) as Result<RequestOutput<Name>>;
  } catch {
    return fail({
      code: 'internal',
      message: 'The app did not answer. Restart it; nothing that was recorded is lost.',
      retryable: false,
    });
  }
}

type Handler<Name extends EventName> = (payload: Events[Name]) => void;

const handlers = new Map<EventName, Set<Handler<never>>>();
let connected = false;

/** Calls `handler` for every such event until the returned function is called. */
export function listen<Name extends EventName>(name: Name, handler: Handler<Name>): () => void {
  connectOnce();
  const set = handlers.get(name) ?? new Set();
  handlers.set(name, set);
  set.add(handler);
  return () => void set.delete(handler);
}

function connectOnce(): void {
  if (connected) return;
  connected = true;
  window.bitpro.on((event) => {
    const set = handlers.get(event.name as EventName) ?? [];
    for (const handler of set) handler(event.payload as never);
  });
}
