/**
 * What the preload puts on `window.bitpro`. It is generic on purpose: names and shapes live in the contract,
 * which the renderer's client applies to it and main checks again.
 */
export type Bridge = {
  /** Resolves to a Result; rejects only when main itself is gone. */
  invoke: (name: string, input: unknown) => Promise<unknown>;
  /** Returns the function that stops listening. */
  on: (listener: (event: { name: string; payload: unknown }) => void) => () => void;
};

/** The two channels everything goes through. */
export const INVOKE_CHANNEL = 'bitpro:invoke';
export const EVENT_CHANNEL = 'bitpro:event';
