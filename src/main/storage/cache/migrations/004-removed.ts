import type { Migration } from '../../migrate.ts';

/**
 * What the service no longer says, and what it says that cannot be used. Nothing is laid out anew.
 *
 * - `removed`: rows that a whole reading of their stretch did not show. While `removed_at_ms` is null the history may
 *   lag. A row that is shown again leaves the table. Sums leave removed rows out: `totals` and `days` count them, with
 *   no satoshis.
 * - `unusable_rows`: places of a history that hold no usable transaction, by tid or, without one, by page and place.
 * - `client_problems`: why a client's last reading failed, since when.
 */
export const migration: Migration = {
  version: 4,
  name: 'removed',
  up(db) {
    db.exec(`
      CREATE TABLE removed (
        transaction_id   INTEGER PRIMARY KEY REFERENCES transactions (id),
        client_id        INTEGER NOT NULL REFERENCES clients (id),
        missing_since_ms INTEGER NOT NULL,
        removed_at_ms    INTEGER CHECK (removed_at_ms >= missing_since_ms)
      ) STRICT;
      CREATE INDEX removed_by_client ON removed (client_id);

      CREATE TABLE unusable_rows (
        client_id  INTEGER NOT NULL REFERENCES clients (id),
        place      TEXT NOT NULL,
        page       INTEGER NOT NULL,
        tid        TEXT,
        problem    TEXT NOT NULL,
        seen_at_ms INTEGER NOT NULL,
        PRIMARY KEY (client_id, place)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE client_problems (
        client_id INTEGER PRIMARY KEY REFERENCES clients (id),
        code      TEXT NOT NULL,
        message   TEXT NOT NULL,
        since_ms  INTEGER NOT NULL
      ) STRICT;
    `);
  },
};
