import type { Migration } from '../../migrate.ts';

/**
 * Seals (ADR 15): after every transaction that changed guarded rows, the digest of all rows of their owner, in a chain
 * of hashes beside the audit log. The rows that are there are sealed with this migration.
 */
export const migration: Migration = {
  version: 8,
  name: 'seals',
  up(db) {
    db.exec(`
      CREATE TABLE seals (
        seq           INTEGER PRIMARY KEY CHECK (seq > 0),
        owner         TEXT NOT NULL,
        digest        TEXT NOT NULL CHECK (length(digest) = 64),
        audit_entries INTEGER NOT NULL CHECK (audit_entries >= 0),
        prev_hash     TEXT NOT NULL CHECK (length(prev_hash) = 64),
        hash          TEXT NOT NULL CHECK (length(hash) = 64)
      ) STRICT;

      CREATE INDEX seals_by_owner ON seals (owner, seq);
      CREATE INDEX seals_by_audit ON seals (audit_entries, owner);

      CREATE TRIGGER seals_extend_the_chain BEFORE INSERT ON seals
      WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM seals)
        OR NEW.prev_hash IS NOT coalesce(
          (SELECT hash FROM seals ORDER BY seq DESC LIMIT 1), printf('%064d', 0))
      BEGIN SELECT RAISE(ABORT, 'seals: a seal must follow the last one'); END;

      CREATE TRIGGER seals_are_not_changed BEFORE UPDATE ON seals
      BEGIN SELECT RAISE(ABORT, 'seals: seals are never changed'); END;

      CREATE TRIGGER seals_are_not_deleted BEFORE DELETE ON seals
      BEGIN SELECT RAISE(ABORT, 'seals: seals are never deleted'); END;
    `);
  },
};
