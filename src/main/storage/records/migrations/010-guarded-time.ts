import type { Migration } from '../../migrate.ts';

/**
 * Times that guards count with, on the guarded time of bitpro/clock.ts, beside those that are shown: when a payment
 * was sent, a quote read, an address added, an approval given. They are written once. What was written before this
 * migration has none: then its shown time counts, and an approval is given anew.
 *
 * An approval falls with its approver's passphrase, and two more settings of the guards.
 */
export const migration: Migration = {
  version: 10,
  name: 'guarded-time',
  up(db) {
    db.exec(`
      -- Where the guarded time stands. One of the controls: who could move it could take every guard away.
      CREATE TABLE server_clock (
        id   INTEGER PRIMARY KEY CHECK (id = 1),
        kept TEXT NOT NULL CHECK (json_valid(kept))
      ) STRICT;

      ALTER TABLE intents ADD COLUMN sent_guard_ms INTEGER;
      ALTER TABLE intents ADD COLUMN quote_guard_ms INTEGER;
      ALTER TABLE address_book ADD COLUMN added_guard_ms INTEGER;
      ALTER TABLE approvals ADD COLUMN guard_ms INTEGER;
      ALTER TABLE approvals ADD COLUMN date_ms INTEGER;
      ALTER TABLE policy ADD COLUMN approval_ms INTEGER NOT NULL DEFAULT 86400000
        CHECK (approval_ms BETWEEN 60000 AND 2592000000);
      ALTER TABLE policy ADD COLUMN buy_tolerance_percent INTEGER NOT NULL DEFAULT 5
        CHECK (buy_tolerance_percent BETWEEN 0 AND 100);

      DROP INDEX intents_by_sent;
      CREATE INDEX intents_by_sent ON intents (coalesce(sent_guard_ms, sent_at_ms))
        WHERE kind = 'withdrawal';

      CREATE TRIGGER intents_guarded_times_stay BEFORE UPDATE ON intents
      WHEN NEW.quote_guard_ms IS NOT OLD.quote_guard_ms
        OR (OLD.state <> 'journaled' AND NEW.sent_guard_ms IS NOT OLD.sent_guard_ms)
      BEGIN SELECT RAISE(ABORT, 'intents: what guards count with does not change'); END;

      CREATE TRIGGER address_book_keeps_its_age BEFORE UPDATE ON address_book
      WHEN NEW.added_guard_ms IS NOT OLD.added_guard_ms
      BEGIN SELECT RAISE(ABORT, 'address_book: only the label of an entry changes'); END;

      CREATE TRIGGER approvals_are_not_changed BEFORE UPDATE ON approvals
      BEGIN SELECT RAISE(ABORT, 'approvals: an approval is given anew, never changed'); END;

      CREATE TRIGGER approvals_fall_with_the_passphrase
      AFTER UPDATE OF salt, hash, cost ON approvers
      BEGIN DELETE FROM approvals WHERE approver_key = NEW.key; END;
    `);
  },
};
