import type { Migration } from '../../migrate.ts';

/**
 * What settles an unknown outcome (money-safety.md, invariants 4 to 6), as constraints:
 *
 * - money is sent only with a baseline: the transactions the history held right before;
 * - a baseline is written while its intent is still journaled and never changes;
 * - a transaction of the baseline never settles its intent;
 * - without a person an intent is cleared only after two complete readings without a match, and one that
 *   needs a person stays as it is;
 * - a person's decision carries a name and a reason;
 * - a client made at Bitpro settles at most one intent.
 *
 * Intents that were sent before this migration have no baseline: only a person settles them.
 */
export const migration: Migration = {
  version: 3,
  name: 'settling',
  up(db) {
    db.exec(columns);
    db.exec(tables);
    db.exec(triggers);
  },
};

/** Times of baseline and readings are on the server's clock. `baseline_floor_ms` is null for an empty history. */
const columns = `
ALTER TABLE intents ADD COLUMN baseline_at_ms INTEGER;
ALTER TABLE intents ADD COLUMN baseline_floor_ms INTEGER
  CHECK (baseline_floor_ms IS NULL OR baseline_at_ms IS NOT NULL);
ALTER TABLE intents ADD COLUMN unknown_since_ms INTEGER;
ALTER TABLE intents ADD COLUMN settled_by TEXT
  CHECK (settled_by IS NULL OR (settled_by <> '' AND state IN ('confirmed', 'cleared')));
ALTER TABLE intents ADD COLUMN settle_reason TEXT
  CHECK ((settle_reason IS NULL) = (settled_by IS NULL) AND trim(settle_reason) <> '');

CREATE UNIQUE INDEX intents_one_per_created_client ON intents (client_uid)
  WHERE kind = 'create_client' AND client_uid IS NOT NULL;
`;

const tables = `
CREATE TABLE intent_baseline (
  intent_id TEXT NOT NULL REFERENCES intents (id),
  tid       TEXT NOT NULL CHECK (tid <> ''),
  PRIMARY KEY (intent_id, tid)
) STRICT, WITHOUT ROWID;

CREATE TABLE intent_readings (
  seq        INTEGER PRIMARY KEY,
  intent_id  TEXT NOT NULL REFERENCES intents (id),
  at_ms      INTEGER NOT NULL,
  complete   INTEGER NOT NULL CHECK (complete IN (0, 1)),
  matches    INTEGER NOT NULL CHECK (matches >= 0),
  newest_tid TEXT,
  problem    TEXT,
  CHECK ((complete = 1) = (problem IS NULL))
) STRICT;

CREATE INDEX intent_readings_by_intent ON intent_readings (intent_id);
`;

const triggers = `
CREATE TRIGGER intents_sent_with_baseline BEFORE UPDATE ON intents
WHEN OLD.state = 'journaled' AND NEW.state = 'sent' AND NEW.kind <> 'create_client'
  AND NEW.baseline_at_ms IS NULL
BEGIN SELECT RAISE(ABORT, 'intents: nothing is sent without its baseline'); END;

CREATE TRIGGER intents_baseline_stays BEFORE UPDATE ON intents
WHEN OLD.state <> 'journaled' AND (NEW.baseline_at_ms IS NOT OLD.baseline_at_ms
  OR NEW.baseline_floor_ms IS NOT OLD.baseline_floor_ms)
BEGIN SELECT RAISE(ABORT, 'intents: a baseline does not change'); END;

CREATE TRIGGER intents_settled_by_something_new BEFORE UPDATE ON intents
WHEN NEW.server_tid IS NOT NULL AND EXISTS (
  SELECT 1 FROM intent_baseline WHERE intent_id = NEW.id AND tid = NEW.server_tid)
BEGIN SELECT RAISE(ABORT, 'intents: a transaction of the baseline settles nothing'); END;

CREATE TRIGGER intents_cleared_by_two_readings BEFORE UPDATE ON intents
WHEN NEW.state = 'cleared' AND OLD.state <> 'cleared' AND NEW.settled_by IS NULL AND 2 > (
  SELECT count(*) FROM intent_readings
  WHERE intent_id = NEW.id AND complete = 1 AND matches = 0 AND at_ms >= NEW.baseline_at_ms)
BEGIN SELECT RAISE(ABORT, 'intents: cleared needs two complete readings or a person'); END;

CREATE TRIGGER intents_needing_a_person BEFORE UPDATE ON intents
WHEN OLD.state = 'needs_human' AND NEW.state IN ('confirmed', 'cleared') AND NEW.settled_by IS NULL
BEGIN SELECT RAISE(ABORT, 'intents: only a person settles this one'); END;

CREATE TRIGGER intent_baseline_before_sending BEFORE INSERT ON intent_baseline
WHEN (SELECT state FROM intents WHERE id = NEW.intent_id) IS NOT 'journaled'
BEGIN SELECT RAISE(ABORT, 'intent_baseline: a baseline is read before sending'); END;

CREATE TRIGGER intent_baseline_is_not_changed BEFORE UPDATE ON intent_baseline
BEGIN SELECT RAISE(ABORT, 'intent_baseline: a baseline does not change'); END;

CREATE TRIGGER intent_baseline_is_not_deleted BEFORE DELETE ON intent_baseline
BEGIN SELECT RAISE(ABORT, 'intent_baseline: a baseline does not change'); END;

CREATE TRIGGER intent_readings_of_the_unsettled BEFORE INSERT ON intent_readings
WHEN (SELECT state FROM intents WHERE id = NEW.intent_id) NOT IN ('unknown', 'needs_human')
BEGIN SELECT RAISE(ABORT, 'intent_readings: only what is not settled is looked for'); END;

CREATE TRIGGER intent_readings_are_not_changed BEFORE UPDATE ON intent_readings
BEGIN SELECT RAISE(ABORT, 'intent_readings: readings are never changed'); END;

CREATE TRIGGER intent_readings_are_not_deleted BEFORE DELETE ON intent_readings
BEGIN SELECT RAISE(ABORT, 'intent_readings: readings are never deleted'); END;
`;
