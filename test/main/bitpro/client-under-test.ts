import { setTimeout as delay } from 'node:timers/promises';
import { defaultApiOptions, type ApiOptions } from '#shared/domain/profile.ts';
import {
  createBitproClient,
  type BitproClient,
  type ClientTimeouts,
} from '../../../src/main/bitpro/client.ts';
import {
  createServerClock,
  machineClocks,
  type ServerClock,
} from '../../../src/main/bitpro/clock.ts';
import type { ConnectionEvent } from '../../../src/main/bitpro/connection.ts';
import { createSigner } from '../../../src/main/secrets/signer.ts';
import { API_KEY, SECRET } from './raw-server.ts';

export type ClientUnderTest = BitproClient & {
  clock: ServerClock;
  sleeps: number[];
  events: ConnectionEvent[];
};

/** The real client over real sockets; only the waits between attempts pass at once. */
export function clientFor(
  baseUrl: string,
  overrides: {
    options?: Partial<ApiOptions>;
    timeouts?: Partial<ClientTimeouts>;
    now?: () => number;
    /** The signer has put its secret away. */
    forgotten?: boolean;
    onSleep?: (delayMs: number) => void;
    /** Waits take their time. */
    realTime?: boolean;
  } = {},
): ClientUnderTest {
  const { options, timeouts = {}, now = Date.now, onSleep } = overrides;
  const clock = createServerClock(machineClocks(now));
  const sleeps: number[] = [];
  const events: ConnectionEvent[] = [];
  const signer = createSigner(SECRET);
  if (overrides.forgotten) signer.forget();
  const client = createBitproClient({
    baseUrl,
    apiKey: API_KEY,
    signer,
    clock,
    options: { ...defaultApiOptions, ...options },
    onConnection: (event) => events.push(event),
    sleep: async (delayMs, signal) => {
      sleeps.push(delayMs);
      onSleep?.(delayMs);
      if (overrides.realTime) await delay(delayMs, undefined, signal ? { signal } : {});
    },
    random: () => 0.5,
    timeouts,
  });
  return { ...client, clock, sleeps, events };
}
