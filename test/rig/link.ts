/**
 * Calls between the app's main process and the host that owns Chromium, over a Node IPC channel. Messages are
 * structured-cloned (`serialization: 'advanced'`), and keep their order.
 */
export type Port = {
  send: (message: unknown) => void;
  onMessage: (listener: (message: unknown) => void) => void;
};

export type Calls = Record<string, (...args: never[]) => unknown>;
export type Answers<Local extends Calls> = {
  [Name in keyof Local]: (
    ...args: Parameters<Local[Name]>
  ) => ReturnType<Local[Name]> | Promise<Awaited<ReturnType<Local[Name]>>>;
};

export type Link<Local extends Calls, Remote extends Calls> = {
  call: <Name extends keyof Remote & string>(
    name: Name,
    ...args: Parameters<Remote[Name]>
  ) => Promise<Awaited<ReturnType<Remote[Name]>>>;
  answer: (answers: Partial<Answers<Local>>) => void;
  /** Rejects everything that still waits, when the other side is gone. */
  close: (reason: string) => void;
};

type Message =
  | { kind: 'call'; id: number; name: string; args: never[] }
  | { kind: 'value'; id: number; value: unknown }
  | { kind: 'error'; id: number; error: unknown };

export function createLink<Local extends Calls, Remote extends Calls>(
  port: Port,
): Link<Local, Remote> {
  const answers: Record<string, (...args: never[]) => unknown> = {};
  const waiting = new Map<number, PromiseWithResolvers<never>>();
  let lastId = 0;
  let closed: string | undefined;

  const answerCall = async (id: number, name: string, args: never[]): Promise<void> => {
    try {
      const answer = answers[name];
      if (answer === undefined) throw new Error(`rig: nothing answers '${name}'`);
      const value = await answer(...args);
      port.send({ kind: 'value', id, value } satisfies Message);
    } catch (error) {
      const sent = error instanceof Error ? error : new Error(String(error));
      port.send({ kind: 'error', id, error: sent } satisfies Message);
    }
  };

  port.onMessage((received) => {
    const message = received as Message;
    if (message.kind === 'call') {
      void answerCall(message.id, message.name, message.args);
      return;
    }
    const call = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.kind === 'value') call?.resolve(message.value as never);
    else call?.reject(message.error);
  });

  return {
    call: (name, ...args) => {
      if (closed !== undefined) return Promise.reject(new Error(closed));
      const call = Promise.withResolvers<never>();
      const id = ++lastId;
      waiting.set(id, call);
      try {
        port.send({ kind: 'call', id, name, args });
      } catch (error) {
        waiting.delete(id);
        call.reject(error);
      }
      return call.promise;
    },
    answer: (more) => void Object.assign(answers, more),
    close: (reason) => {
      closed = reason;
      for (const call of waiting.values()) call.reject(new Error(reason));
      waiting.clear();
    },
  };
}
