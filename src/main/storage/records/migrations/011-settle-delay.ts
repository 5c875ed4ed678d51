import type { Migration } from '../../migrate.ts';

/**
 * The settle delay is one of the controls, for a shorter one takes protection away. Before, it stood in profiles.json;
 * the row says that it was taken from there, with a delay or without one.
 */
export const migration: Migration = {
  version: 11,
  name: 'settle-delay',
  up(db) {
    const isAudited = `EXISTS (
      SELECT 1 FROM audit WHERE seq = (SELECT max(seq) FROM audit)
        AND subject = 'policy' AND action = 'policy.saved')`;
    db.exec(`
      CREATE TABLE settle_delay (
        id      INTEGER PRIMARY KEY CHECK (id = 1),
        minutes INTEGER CHECK (minutes BETWEEN 1 AND 10080)
      ) STRICT;

      CREATE TRIGGER settle_delay_set_with_audit BEFORE INSERT ON settle_delay
      WHEN NEW.minutes IS NOT NULL AND NOT ${isAudited}
      BEGIN SELECT RAISE(ABORT, 'settle_delay: a change needs its audit entry'); END;

      CREATE TRIGGER settle_delay_changed_with_audit BEFORE UPDATE ON settle_delay
      WHEN NEW.minutes IS NOT OLD.minutes AND NOT ${isAudited}
      BEGIN SELECT RAISE(ABORT, 'settle_delay: a change needs its audit entry'); END;

      CREATE TRIGGER settle_delay_is_not_deleted BEFORE DELETE ON settle_delay
      BEGIN SELECT RAISE(ABORT, 'settle_delay: it is changed, never deleted'); END;
    `);
  },
};
