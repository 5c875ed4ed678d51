import type { Migration } from '../../migrate.ts';

/**
 * Intents and the audit log (money-safety.md). What can be a constraint is one here, so that no later
 * mistake in the code above can break it:
 *
 * - a row begins as `journaled`, moves only along the arrows of the state machine and is never deleted;
 * - what was reviewed never changes, and a settled intent changes no more;
 * - `attempts` is 0 or 1, and 1 exactly from `sent` on;
 * - one open intent per client, kind, address and amount (the profile is the file itself);
 * - a transaction of the server settles at most one intent (tids are looked up within a client);
 * - a state is entered only right after its own audit entry, and the audit log only grows at its end.
 */
export const migration: Migration = {
  version: 2,
  name: 'intents',
  up(db) {
    db.exec(audit);
    db.exec(intents);
    db.exec(intentTriggers);
  },
};

const audit = `
CREATE TABLE audit (
  seq       INTEGER PRIMARY KEY CHECK (seq > 0),
  at_ms     INTEGER NOT NULL,
  actor     TEXT NOT NULL,
  action    TEXT NOT NULL CHECK (action GLOB '[a-z]*.[a-z]*'),
  subject   TEXT NOT NULL,
  detail    TEXT NOT NULL CHECK (json_valid(detail)),
  prev_hash TEXT NOT NULL CHECK (length(prev_hash) = 64),
  hash      TEXT NOT NULL CHECK (length(hash) = 64)
) STRICT;

CREATE TRIGGER audit_extends_the_chain BEFORE INSERT ON audit
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM audit)
  OR NEW.prev_hash IS NOT coalesce(
    (SELECT hash FROM audit ORDER BY seq DESC LIMIT 1), printf('%064d', 0))
BEGIN SELECT RAISE(ABORT, 'audit: an entry must follow the last one'); END;

CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'audit: entries are never changed'); END;

CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'audit: entries are never deleted'); END;
`;

const intents = `
CREATE TABLE intents (
  seq                  INTEGER PRIMARY KEY,
  id                   TEXT NOT NULL UNIQUE CHECK (id <> ''),
  kind                 TEXT NOT NULL CHECK (kind IN ('buy', 'withdrawal', 'create_client')),
  state                TEXT NOT NULL CHECK (state IN ('journaled', 'sent', 'confirmed', 'rejected',
                         'unknown', 'cleared', 'needs_human', 'discarded')),
  client_uid           TEXT,
  usd_cents            INTEGER,
  amount_sats          INTEGER,
  address              TEXT,
  label                TEXT,
  quoted_price_cents   INTEGER,
  quote_observed_at_ms INTEGER,
  quote_expires_at_ms  INTEGER,
  expected_sats        INTEGER,
  attempts             INTEGER NOT NULL DEFAULT 0 CHECK (attempts BETWEEN 0 AND 1),
  created_at_ms        INTEGER NOT NULL,
  sent_at_ms           INTEGER,
  settled_at_ms        INTEGER,
  server_tid           TEXT CHECK (server_tid <> ''),
  received_sats        INTEGER CHECK (received_sats >= 0),
  server_tx_id         TEXT,
  server_state         TEXT,
  reason               TEXT CHECK (reason <> ''),

  CHECK ((attempts = 0) = (state IN ('journaled', 'discarded'))),
  CHECK ((sent_at_ms IS NOT NULL) = (attempts = 1)),
  CHECK ((settled_at_ms IS NOT NULL) = (state IN ('confirmed', 'rejected', 'cleared', 'discarded'))),
  CHECK (reason IS NOT NULL OR state NOT IN ('rejected', 'unknown', 'cleared', 'needs_human')),
  CHECK (server_tid IS NULL OR state IN ('confirmed', 'needs_human')),

  CHECK (kind <> 'buy' OR (
    client_uid IS NOT NULL AND usd_cents IS NOT NULL AND usd_cents > 0
    AND quoted_price_cents IS NOT NULL AND quoted_price_cents > 0
    AND quote_observed_at_ms IS NOT NULL AND quote_expires_at_ms IS NOT NULL
    AND expected_sats IS NOT NULL AND expected_sats >= 0
    AND amount_sats IS NULL AND address IS NULL AND label IS NULL
    AND (state <> 'confirmed' OR (server_tid IS NOT NULL AND received_sats > 0))
  )),
  CHECK (kind <> 'withdrawal' OR (
    client_uid IS NOT NULL AND amount_sats IS NOT NULL
    AND amount_sats BETWEEN 1 AND 2100000000000000
    AND address IS NOT NULL AND length(address) BETWEEN 14 AND 90
    AND usd_cents IS NULL AND label IS NULL AND quoted_price_cents IS NULL
    AND quote_observed_at_ms IS NULL AND quote_expires_at_ms IS NULL AND expected_sats IS NULL
    AND (state <> 'confirmed' OR server_tid IS NOT NULL)
  )),
  CHECK (kind <> 'create_client' OR (
    label IS NOT NULL AND (client_uid IS NOT NULL) = (state = 'confirmed')
    AND usd_cents IS NULL AND amount_sats IS NULL AND address IS NULL
    AND quoted_price_cents IS NULL AND quote_observed_at_ms IS NULL
    AND quote_expires_at_ms IS NULL AND expected_sats IS NULL
    AND server_tid IS NULL AND received_sats IS NULL
  ))
) STRICT;

CREATE UNIQUE INDEX intents_one_open ON intents (
  kind, coalesce(client_uid, ''), coalesce(address, ''), coalesce(label, ''),
  coalesce(amount_sats, usd_cents, 0)
) WHERE state IN ('journaled', 'sent', 'unknown', 'needs_human');

CREATE UNIQUE INDEX intents_one_per_server_tid ON intents (client_uid, server_tid)
  WHERE server_tid IS NOT NULL;
`;

const intentTriggers = `
CREATE TRIGGER intents_begin_journaled BEFORE INSERT ON intents
WHEN NEW.state <> 'journaled'
BEGIN SELECT RAISE(ABORT, 'intents: an intent begins as journaled'); END;

CREATE TRIGGER intents_are_not_deleted BEFORE DELETE ON intents
BEGIN SELECT RAISE(ABORT, 'intents: intents are never deleted'); END;

CREATE TRIGGER intents_legal_moves BEFORE UPDATE ON intents
WHEN NEW.state <> OLD.state AND OLD.state || '>' || NEW.state NOT IN (
  'journaled>sent', 'journaled>discarded',
  'sent>confirmed', 'sent>rejected', 'sent>unknown', 'sent>needs_human',
  'unknown>confirmed', 'unknown>cleared', 'unknown>needs_human',
  'needs_human>confirmed', 'needs_human>cleared'
)
BEGIN SELECT RAISE(ABORT, 'intents: no such move'); END;

CREATE TRIGGER intents_settled_stay BEFORE UPDATE ON intents
WHEN OLD.state IN ('confirmed', 'rejected', 'cleared', 'discarded')
BEGIN SELECT RAISE(ABORT, 'intents: a settled intent does not change'); END;

CREATE TRIGGER intents_reviewed_fields_stay BEFORE UPDATE ON intents
WHEN NEW.seq IS NOT OLD.seq OR NEW.id IS NOT OLD.id OR NEW.kind IS NOT OLD.kind
  OR NEW.usd_cents IS NOT OLD.usd_cents OR NEW.amount_sats IS NOT OLD.amount_sats
  OR NEW.address IS NOT OLD.address OR NEW.label IS NOT OLD.label
  OR NEW.quoted_price_cents IS NOT OLD.quoted_price_cents
  OR NEW.quote_observed_at_ms IS NOT OLD.quote_observed_at_ms
  OR NEW.quote_expires_at_ms IS NOT OLD.quote_expires_at_ms
  OR NEW.expected_sats IS NOT OLD.expected_sats
  OR NEW.created_at_ms IS NOT OLD.created_at_ms
  OR (OLD.client_uid IS NOT NULL AND NEW.client_uid IS NOT OLD.client_uid)
  OR (OLD.sent_at_ms IS NOT NULL AND NEW.sent_at_ms IS NOT OLD.sent_at_ms)
BEGIN SELECT RAISE(ABORT, 'intents: what was reviewed does not change'); END;

CREATE TRIGGER intents_journaled_with_audit BEFORE INSERT ON intents
WHEN NOT EXISTS (
  SELECT 1 FROM audit WHERE seq = (SELECT max(seq) FROM audit)
    AND subject = NEW.id AND action = 'intent.' || NEW.state)
BEGIN SELECT RAISE(ABORT, 'intents: a state needs its audit entry'); END;

CREATE TRIGGER intents_moved_with_audit BEFORE UPDATE ON intents
WHEN NEW.state <> OLD.state AND NOT EXISTS (
  SELECT 1 FROM audit WHERE seq = (SELECT max(seq) FROM audit)
    AND subject = NEW.id AND action = 'intent.' || NEW.state)
BEGIN SELECT RAISE(ABORT, 'intents: a state needs its audit entry'); END;
`;
