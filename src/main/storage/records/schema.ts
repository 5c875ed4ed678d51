import Database from 'better-sqlite3';
import { userVersion } from '../migrate.ts';
import { recordsMigrations } from './migrations.ts';

/** Kind and name, by which it is told; and its text. */
type Parts = ReadonlyMap<string, string>;

const made = new Map<number, Parts>();

/**
 * A table, column, index, view or trigger that the migrations did not make, or made and that is gone or changed, in
 * words; null when the schema is theirs. Reads only.
 */
export function findSchemaChange(db: Database.Database): string | null {
  const expected = madeBy(userVersion(db));
  const found = partsOf(db);
  const tell = (part: string, what: string): string => `Its ${part} ${what}.`;
  for (const [part, sql] of expected) {
    if (!found.has(part)) return tell(part, 'is gone');
    if (found.get(part) !== sql) return tell(part, 'is not what the app made');
  }
  const added = Array.from(found.keys()).find((part) => !expected.has(part));
  return added === undefined ? null : tell(added, 'was added outside the app');
}

/** Once a version: the migrations run on an empty database. */
function madeBy(version: number): Parts {
  const known = made.get(version);
  if (known) return known;
  const empty = new Database(':memory:');
  try {
    for (const migration of recordsMigrations.slice(0, version)) migration.up(empty);
    const parts = partsOf(empty);
    made.set(version, parts);
    return parts;
  } finally {
    empty.close();
  }
}

/** Without what ANALYZE keeps. */
function partsOf(db: Database.Database): Parts {
  const rows = db
    .prepare<[], { type: string; name: string; table: string; sql: string | null }>(
      `SELECT type, name, tbl_name AS "table", sql FROM main.sqlite_schema
       WHERE name NOT LIKE 'sqlite\\_stat%' ESCAPE '\\'`,
    )
    .all();
  return new Map(
    rows.map(({ type, name, table, sql }) => [
      `${type} ${name}`,
      `${table} ${(sql ?? '').replaceAll(/\s+/g, ' ').trim()}`,
    ]),
  );
}
