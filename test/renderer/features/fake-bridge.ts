import { vi } from 'vitest';
import type { Result } from '#shared/errors.ts';
import type { RequestInput, RequestName, RequestOutput } from '#shared/ipc/contract.ts';

type Answer<Name extends RequestName> = (
  input: RequestInput<Name>,
) => Result<RequestOutput<Name>> | Promise<Result<RequestOutput<Name>>>;

type Answers = { [Name in RequestName]?: Answer<Name> };

/** The edge of the renderer: `window.bitpro`, answering by the contract's types. Returns how to send events. */
export function installBridge(answers: Answers): {
  emit: (name: string, payload: unknown) => void;
} {
  const listeners = new Set<(event: { name: string; payload: unknown }) => void>();
  vi.stubGlobal('window', {
    bitpro: {
      invoke: async (name: RequestName, input: unknown) => {
        const answer = answers[name] as ((input: unknown) => unknown) | undefined;
        if (!answer) throw new Error(`The test expects no ${name}`);
        return answer(input);
      },
      on: (listener: (event: { name: string; payload: unknown }) => void) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
  });
  return {
    emit: (name, payload) => {
      for (const listener of listeners) listener({ name, payload });
    },
  };
}
