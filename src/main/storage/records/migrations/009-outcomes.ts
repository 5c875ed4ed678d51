import type { Migration } from '../../migrate.ts';

/**
 * What became of a request, told more strictly (money-safety.md):
 *
 * - a refusal that could not be checked in the history stays `unknown` with what was said, and ends as rejected only
 *   after a complete reading without a match;
 * - what Bitpro itself named is kept for good; it is cleared by that transaction alone or with a second person;
 * - a cleared or rejected request that the history shows after all needs a person again; such a one stands beside an
 *   equal one that was sent meanwhile, and no further one is written down or sent;
 * - transactions known before that are older than what a reading has to hold settle nothing either;
 * - readings carry the time that passed on clocks that nobody sets: guarded and monotonic, by run and era;
 * - a confirmed transaction is looked for until a reading shows it;
 * - every answer that came when its intent had moved on is kept under it.
 */
export const migration: Migration = {
  version: 9,
  name: 'outcomes',
  up(db) {
    db.exec(columns);
    db.exec(tables);
    db.exec(indexes);
    db.exec(triggers);
  },
};

/** `unknown_*`: the moment the sending was over. `clock_slack_ms`: how far the clocks were apart when it was sent. */
const columns = `
ALTER TABLE intents ADD COLUMN named_tid TEXT CHECK (named_tid <> '');
ALTER TABLE intents ADD COLUMN found_tid TEXT CHECK (found_tid <> '');
ALTER TABLE intents ADD COLUMN agreed_by TEXT
  CHECK (agreed_by IS NULL OR (agreed_by <> '' AND settled_by IS NOT NULL));
ALTER TABLE intents ADD COLUMN refusal TEXT CHECK (refusal <> '');
ALTER TABLE intents ADD COLUMN baseline_whole INTEGER NOT NULL DEFAULT 0
  CHECK (baseline_whole IN (0, 1));
ALTER TABLE intents ADD COLUMN clock_slack_ms INTEGER NOT NULL DEFAULT 0 CHECK (clock_slack_ms >= 0);
ALTER TABLE intents ADD COLUMN reopened_at_ms INTEGER;
ALTER TABLE intents ADD COLUMN unknown_guard_ms INTEGER;
ALTER TABLE intents ADD COLUMN unknown_monotonic_ms INTEGER;
ALTER TABLE intents ADD COLUMN unknown_run TEXT;
ALTER TABLE intents ADD COLUMN unknown_era INTEGER;

ALTER TABLE intent_readings ADD COLUMN guard_ms INTEGER;
ALTER TABLE intent_readings ADD COLUMN monotonic_ms INTEGER;
ALTER TABLE intent_readings ADD COLUMN run TEXT;
ALTER TABLE intent_readings ADD COLUMN era INTEGER;
ALTER TABLE intent_readings ADD COLUMN new_tids TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(new_tids));
`;

const tables = `
CREATE TABLE intent_known (
  intent_id TEXT NOT NULL REFERENCES intents (id),
  tid       TEXT NOT NULL CHECK (tid <> ''),
  PRIMARY KEY (intent_id, tid)
) STRICT, WITHOUT ROWID;

CREATE TABLE intent_sightings (
  seq       INTEGER PRIMARY KEY,
  intent_id TEXT NOT NULL REFERENCES intents (id),
  at_ms     INTEGER NOT NULL,
  seen      INTEGER NOT NULL CHECK (seen IN (0, 1))
) STRICT;
CREATE INDEX intent_sightings_by_intent ON intent_sightings (intent_id);

CREATE TABLE intent_answers (
  seq        INTEGER PRIMARY KEY,
  intent_id  TEXT NOT NULL REFERENCES intents (id),
  at_ms      INTEGER NOT NULL,
  state      TEXT NOT NULL,
  server_tid TEXT,
  said       TEXT NOT NULL CHECK (said <> '')
) STRICT;
CREATE INDEX intent_answers_by_intent ON intent_answers (intent_id);
`;

const indexes = `
CREATE INDEX intents_ended_by_client ON intents (client_uid, settled_at_ms)
  WHERE settled_at_ms IS NOT NULL;
`;

const terms = (one: string, other: string): string =>
  ['kind', 'client_uid', 'address', 'label', 'amount_sats', 'usd_cents']
    .map((term) => `${one}.${term} IS ${other}.${term}`)
    .join(' AND ');

const openAgain = `EXISTS (
  SELECT 1 FROM intents AS other WHERE other.id <> NEW.id AND other.reopened_at_ms IS NOT NULL
    AND other.state IN ('unknown', 'needs_human') AND ${terms('other', 'NEW')})`;

const triggers = `
DROP INDEX intents_one_open;
CREATE UNIQUE INDEX intents_one_open ON intents (
  kind, coalesce(client_uid, ''), coalesce(address, ''), coalesce(label, ''),
  coalesce(amount_sats, usd_cents, 0)
) WHERE state IN ('journaled', 'sent', 'unknown', 'needs_human') AND reopened_at_ms IS NULL;

CREATE TRIGGER intents_equal_open_again BEFORE INSERT ON intents WHEN ${openAgain}
BEGIN SELECT RAISE(ABORT, 'intents: an equal one is open again'); END;

CREATE TRIGGER intents_equal_open_again_when_sent BEFORE UPDATE ON intents
WHEN OLD.state = 'journaled' AND NEW.state = 'sent' AND ${openAgain}
BEGIN SELECT RAISE(ABORT, 'intents: an equal one is open again'); END;

DROP TRIGGER intents_legal_moves;
CREATE TRIGGER intents_legal_moves BEFORE UPDATE ON intents
WHEN NEW.state <> OLD.state AND OLD.state || '>' || NEW.state NOT IN (
  'journaled>sent', 'journaled>discarded',
  'sent>confirmed', 'sent>rejected', 'sent>unknown', 'sent>needs_human',
  'unknown>confirmed', 'unknown>rejected', 'unknown>cleared', 'unknown>needs_human',
  'needs_human>confirmed', 'needs_human>cleared',
  'cleared>needs_human', 'rejected>needs_human'
)
BEGIN SELECT RAISE(ABORT, 'intents: no such move'); END;

DROP TRIGGER intents_settled_stay;
CREATE TRIGGER intents_settled_stay BEFORE UPDATE ON intents
WHEN OLD.state IN ('confirmed', 'discarded')
  OR (OLD.state IN ('cleared', 'rejected') AND NOT (
    NEW.state = 'needs_human' AND NEW.reopened_at_ms IS NOT NULL))
BEGIN SELECT RAISE(ABORT, 'intents: a settled intent does not change'); END;

CREATE TRIGGER intents_reopened_stay BEFORE UPDATE ON intents
WHEN NEW.reopened_at_ms IS NOT OLD.reopened_at_ms
  AND (NEW.reopened_at_ms IS NULL OR OLD.state NOT IN ('cleared', 'rejected'))
BEGIN SELECT RAISE(ABORT, 'intents: only what was settled is opened again'); END;

CREATE TRIGGER intents_refused_after_a_reading BEFORE UPDATE ON intents
WHEN OLD.state = 'unknown' AND NEW.state = 'rejected' AND (NEW.refusal IS NULL OR NOT EXISTS (
  SELECT 1 FROM intent_readings WHERE intent_id = NEW.id AND complete = 1 AND matches = 0
    AND at_ms >= NEW.baseline_at_ms))
BEGIN SELECT RAISE(ABORT, 'intents: a refusal counts after a complete reading'); END;

CREATE TRIGGER intents_named_stay BEFORE UPDATE ON intents
WHEN OLD.named_tid IS NOT NULL AND NEW.named_tid IS NOT OLD.named_tid
BEGIN SELECT RAISE(ABORT, 'intents: what Bitpro named does not change'); END;

CREATE TRIGGER intents_named_is_not_cleared_alone BEFORE UPDATE ON intents
WHEN NEW.state = 'cleared' AND OLD.state <> 'cleared' AND OLD.named_tid IS NOT NULL
  AND NEW.agreed_by IS NULL AND NEW.found_tid IS NOT OLD.named_tid
BEGIN SELECT RAISE(ABORT, 'intents: what Bitpro named is not cleared by one person'); END;

CREATE TRIGGER intents_known_stays BEFORE UPDATE ON intents
WHEN OLD.state <> 'journaled' AND (NEW.baseline_whole IS NOT OLD.baseline_whole
  OR NEW.clock_slack_ms IS NOT OLD.clock_slack_ms)
BEGIN SELECT RAISE(ABORT, 'intents: a baseline does not change'); END;

CREATE TRIGGER intents_settled_by_something_unknown BEFORE UPDATE ON intents
WHEN NEW.server_tid IS NOT NULL AND EXISTS (
  SELECT 1 FROM intent_known WHERE intent_id = NEW.id AND tid = NEW.server_tid)
BEGIN SELECT RAISE(ABORT, 'intents: a transaction known before settles nothing'); END;

CREATE TRIGGER intent_known_before_sending BEFORE INSERT ON intent_known
WHEN (SELECT state FROM intents WHERE id = NEW.intent_id) IS NOT 'journaled'
BEGIN SELECT RAISE(ABORT, 'intent_known: what is known is written before sending'); END;

CREATE TRIGGER intent_known_is_not_changed BEFORE UPDATE ON intent_known
BEGIN SELECT RAISE(ABORT, 'intent_known: it does not change'); END;

CREATE TRIGGER intent_known_is_not_deleted BEFORE DELETE ON intent_known
BEGIN SELECT RAISE(ABORT, 'intent_known: it does not change'); END;

CREATE TRIGGER intent_sightings_of_the_confirmed BEFORE INSERT ON intent_sightings
WHEN (SELECT state FROM intents WHERE id = NEW.intent_id) IS NOT 'confirmed'
BEGIN SELECT RAISE(ABORT, 'intent_sightings: only what is confirmed is looked for'); END;

CREATE TRIGGER intent_sightings_are_not_changed BEFORE UPDATE ON intent_sightings
BEGIN SELECT RAISE(ABORT, 'intent_sightings: they are never changed'); END;

CREATE TRIGGER intent_sightings_are_not_deleted BEFORE DELETE ON intent_sightings
BEGIN SELECT RAISE(ABORT, 'intent_sightings: they are never deleted'); END;

CREATE TRIGGER intent_answers_with_audit BEFORE INSERT ON intent_answers
WHEN NOT EXISTS (
  SELECT 1 FROM audit WHERE seq = (SELECT max(seq) FROM audit)
    AND subject = NEW.intent_id AND action = 'intent.answered')
BEGIN SELECT RAISE(ABORT, 'intent_answers: an answer needs its audit entry'); END;

CREATE TRIGGER intent_answers_are_not_changed BEFORE UPDATE ON intent_answers
BEGIN SELECT RAISE(ABORT, 'intent_answers: answers are never changed'); END;

CREATE TRIGGER intent_answers_are_not_deleted BEFORE DELETE ON intent_answers
BEGIN SELECT RAISE(ABORT, 'intent_answers: answers are never deleted'); END;
`;
