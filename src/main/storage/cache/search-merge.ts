import type { Database } from 'better-sqlite3';

/** Pages of the index written in one step: two milliseconds in which nobody else can write. */
const STEP_PAGES = 16;

/**
 * Puts the parts together that each commit adds to the index of notes: a search looks into every one of them
 * (fts5.html, 6.8: a negative number of pages begins, and a call that changes nothing ends).
 */
export function* mergeSearchIndex(db: Database): Generator<void> {
  const changes = db.prepare<[], number>('SELECT total_changes()').pluck();
  const merge = db.prepare<[number]>(
    `INSERT INTO annotations (annotations, rank) VALUES ('merge', ?)`,
  );
  for (let pages = -STEP_PAGES; ; pages = STEP_PAGES) {
    const before = changes.get() ?? 0;
    merge.run(pages);
    if ((changes.get() ?? 0) - before < 2) break;
    yield;
  }
}
