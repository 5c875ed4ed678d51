import type { Migration } from '../../migrate.ts';

/**
 * The audit log's length and last hash, kept beside it: a chain that was cut off at its end verifies by itself,
 * and no longer agrees with its head. The head follows every entry in the same statement and goes only forward.
 */
export const migration: Migration = {
  version: 5,
  name: 'audit-head',
  up(db) {
    db.exec(`
      CREATE TABLE audit_head (
        id        INTEGER PRIMARY KEY CHECK (id = 1),
        entries   INTEGER NOT NULL CHECK (entries >= 0),
        last_hash TEXT NOT NULL CHECK (length(last_hash) = 64)
      ) STRICT;

      INSERT INTO audit_head
      SELECT 1, count(*), coalesce(
        (SELECT hash FROM audit ORDER BY seq DESC LIMIT 1), printf('%064d', 0)) FROM audit;

      CREATE TRIGGER audit_head_only_grows BEFORE UPDATE ON audit_head
      WHEN NEW.id IS NOT OLD.id OR NEW.entries IS NOT OLD.entries + 1
        OR NEW.last_hash IS NOT (SELECT hash FROM audit WHERE seq = NEW.entries)
      BEGIN SELECT RAISE(ABORT, 'audit_head: it follows the log and goes only forward'); END;

      CREATE TRIGGER audit_head_is_not_deleted BEFORE DELETE ON audit_head
      BEGIN SELECT RAISE(ABORT, 'audit_head: it is never deleted'); END;

      CREATE TRIGGER audit_moves_its_head AFTER INSERT ON audit
      BEGIN UPDATE audit_head SET entries = NEW.seq, last_hash = NEW.hash; END;
    `);
  },
};
