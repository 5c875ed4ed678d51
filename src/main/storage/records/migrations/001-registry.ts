import type { Migration } from '../../migrate.ts';

/** Registry of clients, notes and tags, observed rates, and single values. */
export const migration: Migration = {
  version: 1,
  name: 'registry',
  up(db) {
    db.exec(`
      CREATE TABLE clients (
        uid                 TEXT PRIMARY KEY CHECK (length(uid) BETWEEN 1 AND 64),
        label               TEXT NOT NULL DEFAULT '' CHECK (length(label) <= 80),
        archived            INTEGER NOT NULL DEFAULT 0 CHECK (archived IN (0, 1)),
        source              TEXT NOT NULL CHECK (source IN ('created', 'added', 'imported')),
        added_at_ms         INTEGER NOT NULL,
        deposit_address     TEXT CHECK (deposit_address <> ''),
        conflicting_address TEXT,
        CHECK (conflicting_address IS NULL
          OR (deposit_address IS NOT NULL AND conflicting_address <> deposit_address))
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE notes (
        client_uid    TEXT NOT NULL,
        tid           TEXT NOT NULL,
        note          TEXT NOT NULL CHECK (note <> ''),
        updated_at_ms INTEGER NOT NULL,
        PRIMARY KEY (client_uid, tid)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE tags (
        client_uid TEXT NOT NULL,
        tid        TEXT NOT NULL,
        tag        TEXT NOT NULL CHECK (tag <> ''),
        PRIMARY KEY (client_uid, tid, tag)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX tags_by_tag ON tags (tag);

      CREATE TABLE rates (
        id              INTEGER PRIMARY KEY,
        asset           TEXT NOT NULL,
        buy_price_cents INTEGER NOT NULL CHECK (buy_price_cents > 0),
        time_expires_ms INTEGER NOT NULL,
        observed_at_ms  INTEGER NOT NULL,
        trigger         TEXT NOT NULL CHECK (trigger IN ('poll', 'before_trade', 'after_trade')),
        intent_id       TEXT
      ) STRICT;
      CREATE INDEX rates_by_time ON rates (observed_at_ms, buy_price_cents, time_expires_ms);

      CREATE TABLE meta (
        key   TEXT PRIMARY KEY,
        value TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
    `);
  },
};
