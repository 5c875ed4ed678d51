import type { Migration } from '../../migrate.ts';

/**
 * What guards a withdrawal before it is sent: the profile's policy, the address book, approvers and their
 * approvals, and the reason for a payment made again. As with intents, nothing of it changes without its own
 * audit entry just before.
 */
export const migration: Migration = {
  version: 4,
  name: 'guards',
  up(db) {
    db.exec(tables);
    for (const { table, event, action, subject } of audited) {
      db.exec(`
        CREATE TRIGGER ${table}_${event.toLowerCase()}_with_audit BEFORE ${event} ON ${table}
        WHEN NOT EXISTS (
          SELECT 1 FROM audit WHERE seq = (SELECT max(seq) FROM audit)
            AND subject = ${subject} AND action = '${action}')
        BEGIN SELECT RAISE(ABORT, '${table}: a change needs its audit entry'); END;
      `);
    }
  },
};

const tables = `
CREATE TABLE policy (
  id                  INTEGER PRIMARY KEY CHECK (id = 1),
  max_withdrawal_sats INTEGER CHECK (max_withdrawal_sats BETWEEN 1 AND 2100000000000000),
  max_daily_sats      INTEGER CHECK (max_daily_sats BETWEEN 1 AND 2100000000000000),
  address_book_only   INTEGER NOT NULL CHECK (address_book_only IN (0, 1)),
  cooling_ms          INTEGER NOT NULL CHECK (cooling_ms >= 0),
  approval_above_sats INTEGER CHECK (approval_above_sats BETWEEN 1 AND 2100000000000000)
) STRICT;

CREATE TRIGGER policy_is_not_deleted BEFORE DELETE ON policy
BEGIN SELECT RAISE(ABORT, 'policy: it is changed, never deleted'); END;

CREATE TABLE address_book (
  address     TEXT PRIMARY KEY CHECK (length(address) BETWEEN 14 AND 90),
  label       TEXT NOT NULL CHECK (length(label) BETWEEN 1 AND 80),
  network     TEXT NOT NULL CHECK (network IN ('mainnet', 'testnet')),
  added_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER address_book_only_relabels BEFORE UPDATE ON address_book
WHEN NEW.address IS NOT OLD.address OR NEW.network IS NOT OLD.network
  OR NEW.added_at_ms IS NOT OLD.added_at_ms
BEGIN SELECT RAISE(ABORT, 'address_book: only the label of an entry changes'); END;

-- key: the name without case, so that nobody approves under a second spelling of it.
-- failures: wrong passphrases in a row; kept here so that a restart does not forget them.
CREATE TABLE approvers (
  key          TEXT PRIMARY KEY CHECK (key <> ''),
  name         TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
  salt         BLOB NOT NULL CHECK (length(salt) >= 16),
  hash         BLOB NOT NULL CHECK (length(hash) = 32),
  cost         INTEGER NOT NULL CHECK (cost >= 32768),
  added_at_ms  INTEGER NOT NULL,
  failures     INTEGER NOT NULL DEFAULT 0 CHECK (failures >= 0),
  tried_at_ms  INTEGER
) STRICT, WITHOUT ROWID;

CREATE TRIGGER approvers_stay_themselves BEFORE UPDATE ON approvers
WHEN NEW.key IS NOT OLD.key OR NEW.name IS NOT OLD.name OR NEW.salt IS NOT OLD.salt
  OR NEW.hash IS NOT OLD.hash OR NEW.cost IS NOT OLD.cost
BEGIN SELECT RAISE(ABORT, 'approvers: an approver is added or removed, never changed'); END;

CREATE TABLE approvals (
  intent_id    TEXT PRIMARY KEY REFERENCES intents (id),
  approver_key TEXT NOT NULL REFERENCES approvers (key) ON DELETE CASCADE,
  review_hash  TEXT NOT NULL CHECK (length(review_hash) = 64),
  at_ms        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX audit_by_subject ON audit (subject);
CREATE INDEX intents_by_sent ON intents (sent_at_ms) WHERE kind = 'withdrawal';

ALTER TABLE intents ADD COLUMN repeat_reason TEXT CHECK (length(repeat_reason) BETWEEN 1 AND 500);

CREATE TRIGGER intents_repeat_reason_stays BEFORE UPDATE ON intents
WHEN NEW.repeat_reason IS NOT OLD.repeat_reason
BEGIN SELECT RAISE(ABORT, 'intents: what was reviewed does not change'); END;
`;

const audited = [
  { table: 'policy', event: 'INSERT', action: 'policy.saved', subject: `'policy'` },
  { table: 'policy', event: 'UPDATE', action: 'policy.saved', subject: `'policy'` },
  { table: 'address_book', event: 'INSERT', action: 'address.added', subject: 'NEW.address' },
  { table: 'address_book', event: 'UPDATE', action: 'address.labelled', subject: 'NEW.address' },
  { table: 'address_book', event: 'DELETE', action: 'address.removed', subject: 'OLD.address' },
  { table: 'approvers', event: 'INSERT', action: 'approver.added', subject: 'NEW.name' },
  { table: 'approvers', event: 'DELETE', action: 'approver.removed', subject: 'OLD.name' },
  { table: 'approvals', event: 'INSERT', action: 'intent.approved', subject: 'NEW.intent_id' },
] as const;
