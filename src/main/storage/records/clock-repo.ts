import * as z from 'zod/mini';
import type { RecordsDb } from '../open.ts';
import { statements } from '../statements.ts';

const keptClockSchema = z.object({
  guardedMs: z.number(),
  serverMs: z.number(),
  wallMs: z.number(),
  dates: z.array(z.object({ fromMs: z.number(), toMs: z.number(), aheadMs: z.number() })),
});

/** What a restart needs of the server's clock; see bitpro/clock.ts. */
export type KeptClock = z.infer<typeof keptClockSchema>;

const prepared = statements((db: RecordsDb) => ({
  get: db.prepare<[], string>('SELECT kept FROM server_clock').pluck(),
  set: db.prepare<[string]>(
    `INSERT INTO server_clock (id, kept) VALUES (1, ?)
     ON CONFLICT DO UPDATE SET kept = excluded.kept`,
  ),
}));

/** Null when it was never kept. */
export function loadClock(db: RecordsDb): KeptClock | null {
  try {
    const kept: unknown = JSON.parse(prepared(db).get.get() ?? 'null');
    return keptClockSchema.safeParse(kept).data ?? null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

export function saveClock(db: RecordsDb, kept: KeptClock): void {
  db.transaction(() => prepared(db).set.run(JSON.stringify(kept)))();
}
