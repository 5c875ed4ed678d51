import type { Migration } from '../../migrate.ts';

/** An approver's passphrase may change, right after its own audit entry; the approver stays the same. */
export const migration: Migration = {
  version: 6,
  name: 'passphrases',
  up(db) {
    db.exec(`
      DROP TRIGGER approvers_stay_themselves;

      CREATE TRIGGER approvers_stay_themselves BEFORE UPDATE ON approvers
      WHEN NEW.key IS NOT OLD.key OR NEW.name IS NOT OLD.name
        OR NEW.added_at_ms IS NOT OLD.added_at_ms
      BEGIN SELECT RAISE(ABORT, 'approvers: an approver is added or removed, never changed'); END;

      CREATE TRIGGER approvers_passphrase_with_audit BEFORE UPDATE ON approvers
      WHEN (NEW.salt IS NOT OLD.salt OR NEW.hash IS NOT OLD.hash OR NEW.cost IS NOT OLD.cost)
        AND NOT EXISTS (
          SELECT 1 FROM audit WHERE seq = (SELECT max(seq) FROM audit)
            AND subject = NEW.name AND action = 'passphrase.changed')
      BEGIN SELECT RAISE(ABORT, 'approvers: a change needs its audit entry'); END;
    `);
  },
};
