import type { Migration } from '../../migrate.ts';

/**
 * A history that is searched as one types, and sums over days.
 *
 * The transactions are laid out anew and so read again: they can be, and converting a million of them would hold
 * up the app's start for longer than the first pages take. Clients, states and balances stay.
 *
 * - addresses are few and long: each is kept once, and its parts are found by a trigram index;
 * - a tid or tx id is found by its beginning: `tid` comes first in its key, `tx_head` holds four bytes of a hash;
 * - `annotations` is a trigram index over the notes and tags of the records. Its rowids are ANNOTATION_KEY of
 *   annotation-index.ts, in the order of time, so that the newest hundred matches are found without the others. Both trigram indexes say
 *   only where all parts of a text occur (detail = none, a third of the size): what they find is looked at again;
 * - `days` holds sums by UTC day and type: a range of days is added up without its rows.
 */
export const migration: Migration = {
  version: 2,
  name: 'search',
  up(db) {
    db.exec(`
      DROP TABLE gaps;
      DROP TABLE transactions;
      DELETE FROM totals;
      DELETE FROM coverage;

      CREATE TABLE addresses (
        id      INTEGER PRIMARY KEY,
        address TEXT NOT NULL UNIQUE
      ) STRICT;
      CREATE VIRTUAL TABLE address_search
        USING fts5 (address, tokenize = 'trigram', content = '', columnsize = 0, detail = none);

      CREATE TABLE transactions (
        id            INTEGER PRIMARY KEY,
        client_id     INTEGER NOT NULL REFERENCES clients (id),
        tid           TEXT NOT NULL CHECK (tid <> ''),
        -- index in transactionTypes: deposit, buy, withdrawal, unknown
        type          INTEGER NOT NULL CHECK (type BETWEEN 0 AND 3),
        amount_sats   INTEGER NOT NULL CHECK (amount_sats BETWEEN 0 AND 9007199254740991),
        created_at_ms INTEGER NOT NULL,
        state_id      INTEGER REFERENCES states (id),
        confirmations INTEGER CHECK (confirmations >= 0),
        -- 32 bytes when it came as 64 lower-case hex digits, else the text as it came
        tx_id         ANY CHECK (typeof(tx_id) IN ('null', 'text')
                        OR (typeof(tx_id) = 'blob' AND length(tx_id) = 32)),
        address_id    INTEGER REFERENCES addresses (id),
        -- isSettling() of shared/domain/transaction.ts
        settling      INTEGER NOT NULL CHECK (settling IN (0, 1)),
        fetched_at_ms INTEGER NOT NULL
      ) STRICT;
      CREATE UNIQUE INDEX by_tid ON transactions (tid, client_id);
      -- These two carry the columns that filters and sums need, so that neither touches the table.
      CREATE INDEX by_time
        ON transactions (created_at_ms, id, client_id, type, state_id, amount_sats);
      CREATE INDEX by_client_time
        ON transactions (client_id, created_at_ms, id, type, state_id, amount_sats);
      CREATE INDEX by_amount ON transactions (amount_sats);
      CREATE INDEX by_address ON transactions (address_id) WHERE address_id IS NOT NULL;
      CREATE INDEX tx_head ON transactions (substr(tx_id, 1, 4) COLLATE NOCASE)
        WHERE tx_id IS NOT NULL;
      CREATE INDEX settling ON transactions (client_id, fetched_at_ms) WHERE settling = 1;

      CREATE VIRTUAL TABLE annotations
        USING fts5 (text, tokenize = 'trigram', content = '', contentless_delete = 1, detail = none);

      CREATE TABLE days (
        -- whole days since 1970 in UTC
        day  INTEGER NOT NULL,
        type INTEGER NOT NULL,
        rows INTEGER NOT NULL CHECK (rows >= 0),
        sats INTEGER NOT NULL CHECK (sats BETWEEN 0 AND 9007199254740991),
        PRIMARY KEY (day, type)
      ) STRICT, WITHOUT ROWID;

      -- Rows below which older rows may be missing. None, and a row in coverage: the history is complete.
      CREATE TABLE gaps (
        client_id      INTEGER NOT NULL REFERENCES clients (id),
        transaction_id INTEGER NOT NULL REFERENCES transactions (id),
        PRIMARY KEY (client_id, transaction_id)
      ) STRICT, WITHOUT ROWID;
    `);
  },
};
