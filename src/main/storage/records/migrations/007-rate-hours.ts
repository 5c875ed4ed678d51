import type { Migration } from '../../migrate.ts';

const HOUR_MS = 3_600_000;

/** Takes rates into the hours they were observed in; `rate` stands before each of its columns. */
const take = (rate: string, from: string) => `
  INSERT INTO rate_hours
  SELECT ${rate}observed_at_ms - ${rate}observed_at_ms % ${HOUR_MS}, ${rate}observed_at_ms,
    max(${rate}observed_at_ms, min(${rate}time_expires_ms, ${rate}observed_at_ms + ${HOUR_MS})), 1,
    ${rate}buy_price_cents, ${rate}observed_at_ms, ${rate}buy_price_cents, ${rate}observed_at_ms
  ${from} WHERE true
  ON CONFLICT DO UPDATE SET
    first_at_ms = min(first_at_ms, excluded.first_at_ms),
    covered_to_ms = max(covered_to_ms, excluded.covered_to_ms),
    observations = observations + 1,
    lowest_at_ms =
      iif(excluded.lowest_cents < lowest_cents, excluded.lowest_at_ms, lowest_at_ms),
    lowest_cents = min(lowest_cents, excluded.lowest_cents),
    highest_at_ms =
      iif(excluded.highest_cents > highest_cents, excluded.highest_at_ms, highest_at_ms),
    highest_cents = max(highest_cents, excluded.highest_cents);`;

/**
 * What the rates of each hour come to, kept with them: a year of minutes is drawn from 8,760 rows. A quote is
 * never believed for longer than an hour after it was seen, which is what `covered_to_ms` says of the last.
 */
export const migration: Migration = {
  version: 7,
  name: 'rate-hours',
  up(db) {
    db.exec(`
      CREATE TABLE rate_hours (
        hour_ms       INTEGER PRIMARY KEY,
        first_at_ms   INTEGER NOT NULL,
        covered_to_ms INTEGER NOT NULL,
        observations  INTEGER NOT NULL CHECK (observations > 0),
        lowest_cents  INTEGER NOT NULL,
        lowest_at_ms  INTEGER NOT NULL,
        highest_cents INTEGER NOT NULL,
        highest_at_ms INTEGER NOT NULL
      ) STRICT;
      ${take('', 'FROM rates')}

      CREATE TRIGGER rates_into_hours AFTER INSERT ON rates
      BEGIN ${take('NEW.', '')} END;
    `);
  },
};
