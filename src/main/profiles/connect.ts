import { createBitproClient } from '../bitpro/client.ts';
import { createServerClock, machineClocks } from '../bitpro/clock.ts';
import type { Connect } from './connection-test.ts';

/** Someone is waiting in front of a form: less patience than a sync has. */
const timeouts = { readMs: 10_000, readDeadlineMs: 12_000 };

/** The real client for a connection test, with a clock of its own that has learned nothing yet. */
export function createConnect(now: () => number): Connect {
  return (target) => {
    const clock = createServerClock(machineClocks(now));
    return { clock, client: createBitproClient({ ...target, clock, timeouts }) };
  };
}
