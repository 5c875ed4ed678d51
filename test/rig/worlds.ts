import type { createCodec } from './codec.ts';

/**
 * What runs inside the page, sent there by source: each function may use nothing from outside its own body.
 *
 * The preload lives in an isolated world, as in Electron. The two worlds share the DOM and no objects, so they
 * talk through a detached element only they know: a CustomEvent's `detail` is structured-cloned on the way
 * from one world to the other, and dispatching is synchronous, as calls over Electron's bridge are.
 */
type Described =
  | { raw: unknown }
  | { fn: number }
  | { promise: number }
  | { thrown: string }
  | { list: Described[] }
  | { record: [string, Described][] };

/** Functions and promises pass as proxies, everything else as copies. */
export function createMembrane(wire: EventTarget, me: string, other: string) {
  const functions: ((...args: unknown[]) => unknown)[] = [];
  const promises = new Map<number, PromiseWithResolvers<unknown>>();
  let lastPromise = 0;
  let answer: Described | undefined;

  const post = (type: string, detail: unknown): void => {
    wire.dispatchEvent(new CustomEvent(`${type}:${other}`, { detail }));
  };
  const listen = (type: string, handle: (detail: never) => void): void => {
    wire.addEventListener(`${type}:${me}`, (event) => {
      const { detail } = event as CustomEvent<unknown>;
      if (detail === null) throw new Error('An object could not be cloned.');
      handle(detail as never);
    });
  };
  const messageOf = (error: unknown): string =>
    error instanceof Error ? error.message : String(error);

  /** Holds nothing that would need a proxy: cloning it is left to the event. */
  function isData(value: unknown): boolean {
    if (typeof value === 'function' || value instanceof Promise) return false;
    if (Array.isArray(value)) return value.every(isData);
    if (typeof value !== 'object' || value === null || !isPlain(value)) return true;
    return Object.values(value).every(isData);
  }

  function describe(value: unknown): Described {
    if (isData(value)) return { raw: value };
    if (typeof value === 'function') {
      const known = functions.indexOf(value as () => unknown);
      return { fn: known === -1 ? functions.push(value as () => unknown) - 1 : known };
    }
    if (value instanceof Promise) {
      const id = ++lastPromise;
      value.then(
        (result) => post('settle', { id, result: describe(result) }),
        (error: unknown) => post('settle', { id, result: { thrown: messageOf(error) } }),
      );
      return { promise: id };
    }
    if (Array.isArray(value)) return { list: value.map(describe) };
    if (typeof value === 'object' && value !== null && isPlain(value)) {
      return { record: Object.entries(value).map(([key, item]) => [key, describe(item)]) };
    }
    return { raw: value };
  }

  function isPlain(value: object): boolean {
    return Object.prototype.toString.call(value) === '[object Object]';
  }

  function revive(described: Described): unknown {
    if ('raw' in described) return described.raw;
    if ('thrown' in described) throw new Error(described.thrown);
    if ('list' in described) return described.list.map(revive);
    if ('record' in described) {
      return Object.fromEntries(described.record.map(([key, item]) => [key, revive(item)]));
    }
    if ('promise' in described) {
      const promise = Promise.withResolvers<unknown>();
      promises.set(described.promise, promise);
      return promise.promise;
    }
    const { fn } = described;
    return (...args: unknown[]) => {
      answer = undefined;
      post('call', { fn, args: args.map(describe) });
      if (answer === undefined) throw new Error('An object could not be cloned.');
      return revive(answer);
    };
  }

  listen('call', ({ fn, args }: { fn: number; args: Described[] }) => {
    let result: Described;
    try {
      result = describe(functions[fn]?.(...args.map(revive)));
    } catch (error) {
      result = { thrown: messageOf(error) };
    }
    post('answer', result);
  });
  listen('answer', (result: Described) => {
    answer = result;
  });
  listen('settle', ({ id, result }: { id: number; result: Described }) => {
    const promise = promises.get(id);
    promises.delete(id);
    if ('thrown' in result) promise?.reject(new Error(result.thrown));
    else promise?.resolve(revive(result));
  });

  return { post, listen, describe, revive };
}

/** Waits, before any script of the page, for what the preload exposes. */
export function mainWorld(
  handshake: string,
  membraneOf: typeof createMembrane,
  guardPermissions: (ask: (question: unknown) => Promise<unknown>) => void,
): void {
  if (window.top !== window) return;
  const greet = (event: Event): void => {
    const wire = (event as MouseEvent).relatedTarget;
    if (wire === null) return;
    const membrane = membraneOf(wire, 'main', 'isolated');
    const questions: PromiseWithResolvers<unknown>[] = [];
    membrane.listen('told', ({ id, answer }: { id: number; answer: unknown }) => {
      questions[id]?.resolve(answer);
    });
    guardPermissions((question) => {
      const asked = Promise.withResolvers<unknown>();
      membrane.post('ask', { id: questions.push(asked) - 1, question });
      return asked.promise;
    });
    membrane.listen('expose', ({ key, api }: { key: string; api: Described }) => {
      Object.defineProperty(window, key, { value: freeze(membrane.revive(api)), enumerable: true });
    });
  };
  const freeze = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    Object.values(value).forEach(freeze);
    return Object.freeze(value);
  };
  window.addEventListener(handshake, greet, { once: true });
}

type Delivery =
  | { kind: 'settle'; id: number; value?: unknown; thrown?: string }
  | { kind: 'told'; id: number; answer: unknown }
  | { kind: 'event'; channel: string; args: unknown[] };

type PreloadModule = (require: unknown, module: unknown, exports: unknown) => void;

/** Gives the preload its `electron`: contextBridge and ipcRenderer, and nothing else. */
export function isolatedWorld(
  names: { handshake: string; binding: string; deliver: string },
  membraneOf: typeof createMembrane,
  codec: ReturnType<typeof createCodec>,
  preload: PreloadModule,
): void {
  if (window.top !== window) return;
  const scope = globalThis as unknown as Record<string, unknown>;
  const send = scope[names.binding] as (text: string) => void;
  const wire = document.createElement('i');
  window.dispatchEvent(new MouseEvent(names.handshake, { relatedTarget: wire }));
  const membrane = membraneOf(wire, 'isolated', 'main');

  const invocations = new Map<number, PromiseWithResolvers<unknown>>();
  const listeners = new Map<string, ((event: object, ...args: unknown[]) => void)[]>();
  let lastId = 0;

  const ipcRenderer = {
    invoke: (channel: string, ...args: unknown[]): Promise<unknown> => {
      const id = ++lastId;
      const call = Promise.withResolvers<unknown>();
      invocations.set(id, call);
      send(codec.encode({ kind: 'invoke', id, channel, args }));
      return call.promise;
    },
    send: (channel: string, ...args: unknown[]): void => {
      send(codec.encode({ kind: 'send', id: 0, channel, args }));
    },
    on: (channel: string, listener: () => void) => {
      listeners.set(channel, [...(listeners.get(channel) ?? []), listener]);
      return ipcRenderer;
    },
    off: (channel: string, listener: () => void) => {
      const left = (listeners.get(channel) ?? []).filter((known) => known !== listener);
      listeners.set(channel, left);
      return ipcRenderer;
    },
  };
  const contextBridge = {
    exposeInMainWorld: (key: string, api: unknown): void => {
      membrane.post('expose', { key, api: membrane.describe(api) });
    },
  };

  membrane.listen('ask', ({ id, question }: { id: number; question: unknown }) => {
    send(codec.encode({ kind: 'ask', id, question }));
  });

  const parts: string[] = [];
  scope[names.deliver] = (part: string, isLast: boolean): void => {
    parts.push(part);
    if (!isLast) return;
    const message = codec.decode(parts.splice(0).join('')) as Delivery;
    if (message.kind === 'told') {
      membrane.post('told', message);
      return;
    }
    if (message.kind === 'event') {
      const heard = listeners.get(message.channel) ?? [];
      for (const listener of heard) listener({ sender: ipcRenderer }, ...message.args);
      return;
    }
    const call = invocations.get(message.id);
    invocations.delete(message.id);
    if (message.thrown === undefined) call?.resolve(message.value);
    else call?.reject(new Error(message.thrown));
  };

  const electron = Object.freeze({ contextBridge, ipcRenderer });
  const module = { exports: {} };
  preload(
    (name: string) => {
      if (name === 'electron') return electron;
      throw new Error(`module not found: ${name}`);
    },
    module,
    module.exports,
  );
}
