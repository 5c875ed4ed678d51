import type { Migration } from '../../migrate.ts';

/**
 * Transactions, and what is known about how much of the history they are.
 *
 * Rows are kept small for a million of them: integers for client, type and state, a tx id as its 32 bytes.
 * `by_time` and `by_client_time` carry the columns that filters and sums need, so that neither touches the table.
 * `totals` and the row counts in it follow every write, so that no screen has to scan.
 */
export const migration: Migration = {
  version: 1,
  name: 'history',
  up(db) {
    db.exec(`
      CREATE TABLE clients (
        id  INTEGER PRIMARY KEY,
        uid TEXT NOT NULL UNIQUE
      ) STRICT;

      CREATE TABLE states (
        id   INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE
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
        address       TEXT,
        -- isSettling() of shared/domain/transaction.ts
        settling      INTEGER NOT NULL CHECK (settling IN (0, 1)),
        fetched_at_ms INTEGER NOT NULL,
        UNIQUE (client_id, tid)
      ) STRICT;
      CREATE INDEX by_time ON transactions (created_at_ms, id, type, state_id, amount_sats);
      CREATE INDEX by_client_time
        ON transactions (client_id, created_at_ms, id, type, state_id, amount_sats);
      CREATE INDEX by_amount ON transactions (amount_sats);
      CREATE INDEX settling ON transactions (client_id, fetched_at_ms) WHERE settling = 1;

      CREATE TABLE totals (
        client_id INTEGER NOT NULL REFERENCES clients (id),
        type      INTEGER NOT NULL,
        settling  INTEGER NOT NULL,
        rows      INTEGER NOT NULL CHECK (rows >= 0),
        sats      INTEGER NOT NULL CHECK (sats BETWEEN 0 AND 9007199254740991),
        PRIMARY KEY (client_id, type, settling)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE balances (
        client_id        INTEGER PRIMARY KEY REFERENCES clients (id),
        balance_sats     INTEGER NOT NULL,
        unconfirmed_sats INTEGER NOT NULL,
        as_of_ms         INTEGER NOT NULL
      ) STRICT;

      CREATE TABLE coverage (
        client_id             INTEGER PRIMARY KEY REFERENCES clients (id),
        complete_to_page      INTEGER NOT NULL CHECK (complete_to_page > 0),
        as_of_ms              INTEGER,
        first_completed_at_ms INTEGER
      ) STRICT;

      -- Rows below which older rows may be missing. None, and a row in coverage: the history is complete.
      CREATE TABLE gaps (
        client_id      INTEGER NOT NULL REFERENCES clients (id),
        transaction_id INTEGER NOT NULL REFERENCES transactions (id),
        PRIMARY KEY (client_id, transaction_id)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE meta (
        key   TEXT PRIMARY KEY,
        value TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
    `);
  },
};
