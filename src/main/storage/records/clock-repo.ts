import * as z from 'zod/mini';
import { getMeta, setMeta } from '../meta-repo.ts';
import type { RecordsDb } from '../open.ts';

const keptClockSchema = z.object({
  guardedMs: z.number(),
  serverMs: z.number(),
  wallMs: z.number(),
  dates: z.array(z.object({ fromMs: z.number(), toMs: z.number(), aheadMs: z.number() })),
});

/** What a restart needs of the server's clock; see bitpro/clock.ts. */
export type KeptClock = z.infer<typeof keptClockSchema>;

const KEY = 'server_clock';

/** Null when it was never kept. */
export function loadClock(db: RecordsDb): KeptClock | null {
  try {
    const kept: unknown = JSON.parse(getMeta(db, KEY) ?? 'null');
    return keptClockSchema.safeParse(kept).data ?? null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

export function saveClock(db: RecordsDb, kept: KeptClock): void {
  setMeta(db, KEY, JSON.stringify(kept));
}
