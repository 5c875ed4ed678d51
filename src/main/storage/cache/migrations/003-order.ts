import type { Migration } from '../../migrate.ts';

/**
 * Indexes in the order in which they are filled and asked, and less to write for every row.
 *
 * The transactions are laid out anew and so read again, as in version 2. Clients, states and balances stay.
 *
 * - `by_client_time` has the newest first: a history is read so, and rows that come in the order of an index fill
 *   its pages, where the other way round leaves half of each empty;
 * - `by_address` has the time, so that the newest rows of an address are found without the others;
 * - addresses are found by their beginning in the index that makes them unique. A trigram index over them took a
 *   fifth of the time of saving rows;
 * - `annotations` has a rowid for about a second of time, TICK_BITS of annotation-index.ts, and nothing is ever taken
 *   out of it: a quarter of the size of one that knows every row;
 * - `annotated` marks the rows of which the records may have a note or tags, so that a page looks for these alone.
 */
export const migration: Migration = {
  version: 3,
  name: 'order',
  up(db) {
    db.exec(`
      DROP TABLE gaps;
      DROP TABLE transactions;
      DROP TABLE address_search;
      DROP TABLE addresses;
      DROP TABLE annotations;
      DELETE FROM totals;
      DELETE FROM days;
      DELETE FROM coverage;

      CREATE TABLE addresses (
        id      INTEGER PRIMARY KEY,
        address TEXT NOT NULL UNIQUE
      ) STRICT;

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
        fetched_at_ms INTEGER NOT NULL,
        annotated     INTEGER NOT NULL DEFAULT 0 CHECK (annotated IN (0, 1))
      ) STRICT;
      CREATE UNIQUE INDEX by_tid ON transactions (tid, client_id);
      -- These two carry the columns that filters and sums need, so that neither touches the table.
      CREATE INDEX by_time
        ON transactions (created_at_ms, id, client_id, type, state_id, amount_sats);
      CREATE INDEX by_client_time
        ON transactions (client_id, created_at_ms DESC, id DESC, type, state_id, amount_sats);
      CREATE INDEX by_amount ON transactions (amount_sats);
      CREATE INDEX by_address ON transactions (address_id, created_at_ms)
        WHERE address_id IS NOT NULL;
      CREATE INDEX tx_head ON transactions (substr(tx_id, 1, 4) COLLATE NOCASE)
        WHERE tx_id IS NOT NULL;
      CREATE INDEX settling ON transactions (client_id, fetched_at_ms) WHERE settling = 1;

      CREATE VIRTUAL TABLE annotations
        USING fts5 (text, tokenize = 'trigram', content = '', columnsize = 0, detail = none);

      -- Rows below which older rows may be missing. None, and a row in coverage: the history is complete.
      CREATE TABLE gaps (
        client_id      INTEGER NOT NULL REFERENCES clients (id),
        transaction_id INTEGER NOT NULL REFERENCES transactions (id),
        PRIMARY KEY (client_id, transaction_id)
      ) STRICT, WITHOUT ROWID;
    `);
  },
};
