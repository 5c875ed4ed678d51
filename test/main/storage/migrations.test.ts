import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { cacheMigrations } from '../../../src/main/storage/cache/migrations.ts';
import { migrate, userVersion, type Migration } from '../../../src/main/storage/migrate.ts';
import { recordsMigrations } from '../../../src/main/storage/records/migrations.ts';

function emptyDatabase(): Database.Database {
  const db = new Database(':memory:');
  onTestFinished(() => void db.close());
  return db;
}

function tables(db: Database.Database): unknown[] {
  return db
    .prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
    )
    .pluck()
    .all();
}

describe.each([
  ['records', recordsMigrations],
  ['cache', cacheMigrations],
])('%s', (_name, migrations) => {
  test('versions count from 1 without gaps', () => {
    expect(migrations.map(({ version }) => version)).toEqual(
      migrations.map((_, index) => index + 1),
    );
  });

  test('every table is STRICT', () => {
    const db = emptyDatabase();
    migrate(db, migrations, 'file');
    const lax = db
      .prepare(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict = 0 AND type = 'table' AND name NOT LIKE 'sqlite_%'",
      )
      .pluck()
      .all();
    expect(lax).toEqual([]);
  });

  test('migrating again changes nothing', () => {
    const db = emptyDatabase();
    migrate(db, migrations, 'file');
    const before = tables(db);
    migrate(db, migrations, 'file');
    expect(tables(db)).toEqual(before);
    expect(userVersion(db)).toBe(migrations.length);
  });
});

test('a migration that fails leaves neither its tables nor its version', () => {
  const db = emptyDatabase();
  const broken: Migration = {
    version: 2,
    name: 'broken',
    up(target) {
      target.exec('CREATE TABLE half (a INTEGER) STRICT');
      throw new Error('broken');
    },
  };
  const first: Migration = {
    version: 1,
    name: 'first',
    up: (target) => void target.exec('CREATE TABLE whole (a INTEGER) STRICT'),
  };
  expect(() => migrate(db, [first, broken], 'file')).toThrow('broken');
  expect(tables(db)).toEqual(['whole']);
  expect(userVersion(db)).toBe(1);
});

test('records 1 → 2: what the registry held is held unchanged', () => {
  const db = emptyDatabase();
  migrate(db, recordsMigrations.slice(0, 1), 'file');
  db.exec(`
    INSERT INTO clients VALUES ('BT-C1', 'Ann', 1, 'imported', 5, 'one', 'other');
    INSERT INTO notes VALUES ('BT-C1', '39486536', 'a note', 6);
    INSERT INTO tags VALUES ('BT-C1', '39486536', 'payroll');
    INSERT INTO rates VALUES (7, 'BTC', 122510, 1491824457468, 1491824400000, 'before_trade', 'i1');
    INSERT INTO meta VALUES ('k', 'v');
  `);
  const rows = () =>
    ['clients', 'notes', 'tags', 'rates', 'meta'].map((name) =>
      db.prepare(`SELECT * FROM ${name}`).raw().all(),
    );
  const before = rows();
  migrate(db, recordsMigrations.slice(0, 2), 'file');
  expect(rows()).toEqual(before);
  expect(before).toEqual([
    [['BT-C1', 'Ann', 1, 'imported', 5, 'one', 'other']],
    [['BT-C1', '39486536', 'a note', 6]],
    [['BT-C1', '39486536', 'payroll']],
    [[7, 'BTC', 122510, 1491824457468, 1491824400000, 'before_trade', 'i1']],
    [['k', 'v']],
  ]);
});

test('records 2 → 3: an intent that was sent keeps all it had, without a baseline', () => {
  const db = emptyDatabase();
  migrate(db, recordsMigrations.slice(0, 2), 'file');
  const zeros = '0'.repeat(64);
  const ones = '1'.repeat(64);
  db.exec(`
    INSERT INTO audit VALUES (1, 1, 'ann', 'intent.journaled', 'i1', '{}', '${zeros}', '${ones}');
    INSERT INTO intents (id, kind, state, client_uid, amount_sats, address, created_at_ms)
      VALUES ('i1', 'withdrawal', 'journaled', 'BT-C1', 5000000, '2MzCEdXEzBaxCJQAq8igw4pUP1NSGAgzsUr', 1);
    INSERT INTO audit VALUES (2, 2, 'ann', 'intent.sent', 'i1', '{}', '${ones}', '${zeros}');
    UPDATE intents SET state = 'sent', attempts = 1, sent_at_ms = 2;
  `);
  const rows = () => [
    db
      .prepare('SELECT id, state, attempts, client_uid, amount_sats, sent_at_ms FROM intents')
      .raw()
      .all(),
    db.prepare('SELECT * FROM audit').raw().all(),
  ];
  const before = rows();
  migrate(db, recordsMigrations.slice(0, 3), 'file');
  expect(rows()).toEqual(before);
  expect(db.prepare('SELECT baseline_at_ms, settled_by FROM intents').raw().all()).toEqual([
    [null, null],
  ]);
  expect(tables(db)).toContain('intent_readings');
});

test('records 3 → 4: intents and audit log are held unchanged', () => {
  const db = emptyDatabase();
  migrate(db, recordsMigrations.slice(0, 3), 'file');
  db.exec(`
    INSERT INTO audit VALUES (1, 5, 'alice', 'intent.journaled', 'i1', '{}', '${'0'.repeat(64)}', '${'1'.repeat(64)}');
    INSERT INTO intents (id, kind, state, client_uid, amount_sats, address, created_at_ms)
    VALUES ('i1', 'withdrawal', 'journaled', 'BT-C1', 5000000, '2MzCEdXEzBaxCJQAq8igw4pUP1NSGAgzsUr', 5);
  `);
  const rows = (table: string) => db.prepare(`SELECT * FROM ${table}`).all();
  const [intent] = rows('intents');
  const entries = rows('audit');
  migrate(db, recordsMigrations.slice(0, 4), 'file');
  expect(rows('intents')).toEqual([{ ...Object(intent), repeat_reason: null }]);
  expect(rows('audit')).toEqual(entries);
});

test.each([0, 1, 2])('records 4 → 5: a log of %i entries gets the head that it has', (entries) => {
  const db = emptyDatabase();
  migrate(db, recordsMigrations.slice(0, 4), 'file');
  const hashes = ['0', '1', '2'].map((digit) => digit.repeat(64));
  for (let seq = 1; seq <= entries; seq += 1) {
    db.exec(`INSERT INTO audit
      VALUES (${seq}, 5, 'a', 'b.c', 's', '{}', '${hashes[seq - 1]}', '${hashes[seq]}')`);
  }
  const before = db.prepare('SELECT * FROM audit').all();
  migrate(db, recordsMigrations.slice(0, 5), 'file');
  expect(db.prepare('SELECT * FROM audit').all()).toEqual(before);
  expect(db.prepare('SELECT * FROM audit_head').raw().all()).toEqual([
    [1, entries, hashes[entries]],
  ]);
});

test('records 5 → 6: an approver and the wrong tries are held unchanged', () => {
  const db = emptyDatabase();
  migrate(db, recordsMigrations.slice(0, 5), 'file');
  db.exec(`
    INSERT INTO audit
      VALUES (1, 5, 'a', 'approver.added', 'Bob', '{}', '${'0'.repeat(64)}', '${'1'.repeat(64)}');
    INSERT INTO approvers VALUES ('bob', 'Bob', zeroblob(16), zeroblob(32), 32768, 5, 2, 7);
  `);
  const rows = () => db.prepare('SELECT * FROM approvers').all();
  const before = rows();
  migrate(db, recordsMigrations.slice(0, 6), 'file');
  expect(rows()).toEqual(before);
  db.exec('UPDATE approvers SET failures = 3, tried_at_ms = 8');
});

test('records 6 → 7: hours are what their rates come to, of those before as of those after', () => {
  const db = emptyDatabase();
  migrate(db, recordsMigrations.slice(0, 6), 'file');
  const observe = (atMs: number, cents: number, validMs: number) =>
    db.exec(`INSERT INTO rates (asset, buy_price_cents, time_expires_ms, observed_at_ms, trigger)
      VALUES ('BTC', ${cents}, ${atMs + validMs}, ${atMs}, 'poll')`);
  const hours = () => db.prepare('SELECT * FROM rate_hours').raw().all();
  const hour = 3_600_000;
  observe(hour + 5, 300, 60);
  observe(hour + 10, 100, 9 * hour);
  observe(3 * hour - 1, 7, -4);
  const before = db.prepare('SELECT * FROM rates').all();
  migrate(db, recordsMigrations.slice(0, 7), 'file');
  expect(db.prepare('SELECT * FROM rates').all()).toEqual(before);
  expect(hours()).toEqual([
    [hour, hour + 5, 2 * hour + 10, 2, 100, hour + 10, 300, hour + 5],
    [2 * hour, 3 * hour - 1, 3 * hour - 1, 1, 7, 3 * hour - 1, 7, 3 * hour - 1],
  ]);
  observe(hour, 400, 1);
  observe(hour + 20, 99, 1);
  observe(3 * hour, 8, 1);
  expect(hours()).toEqual([
    [hour, hour, 2 * hour + 10, 4, 99, hour + 20, 400, hour],
    [2 * hour, 3 * hour - 1, 3 * hour - 1, 1, 7, 3 * hour - 1, 7, 3 * hour - 1],
    [3 * hour, 3 * hour, 3 * hour + 1, 1, 8, 3 * hour, 8, 3 * hour],
  ]);
});

test('cache 2 → 3: clients, states and balances stay, and every history is to be read again', () => {
  const db = emptyDatabase();
  migrate(db, cacheMigrations.slice(0, 2), 'file');
  db.exec(`
    INSERT INTO clients VALUES (1, 'BT-C1');
    INSERT INTO states VALUES (1, 'processed');
    INSERT INTO balances VALUES (1, 5, 6, 7);
    INSERT INTO meta VALUES ('annotation_writes', '3');
    INSERT INTO addresses VALUES (1, '2MzCEdXEzBaxCJQAq8igw4pUP1NSGAgzsUr');
    INSERT INTO address_search (rowid, address) SELECT id, address FROM addresses;
    INSERT INTO transactions VALUES (1, 1, '39486536', 2, 5, 6, 1, NULL, NULL, 1, 0, 7);
    INSERT INTO annotations (rowid, text) VALUES (1, 'a note');
    INSERT INTO totals VALUES (1, 2, 0, 1, 5);
    INSERT INTO days VALUES (0, 2, 1, 5);
    INSERT INTO coverage VALUES (1, 4, 8, 9);
    INSERT INTO gaps VALUES (1, 1);
  `);
  const rows = (names: readonly string[]) =>
    names.map((name) => db.prepare(`SELECT * FROM ${name}`).raw().all());
  const kept = ['clients', 'states', 'balances', 'meta'];
  const before = rows(kept);
  migrate(db, cacheMigrations.slice(0, 3), 'file');
  expect(rows(kept)).toEqual(before);
  const made = [
    'addresses',
    'transactions',
    'annotations_idx',
    'totals',
    'days',
    'coverage',
    'gaps',
  ];
  expect(rows(made)).toEqual(made.map(() => []));
});

describe('what the schema refuses', () => {
  test.each([
    [
      'a conflicting address equal to the known one',
      `INSERT INTO clients VALUES ('A', '', 0, 'added', 1, 'x', 'x')`,
    ],
    [
      'a conflicting address with none known',
      `INSERT INTO clients VALUES ('A', '', 0, 'added', 1, NULL, 'x')`,
    ],
    ['a source nobody knows', `INSERT INTO clients VALUES ('A', '', 0, 'guessed', 1, NULL, NULL)`],
    ['an empty note', `INSERT INTO notes VALUES ('A', '1', '', 1)`],
    ['a price of nothing', `INSERT INTO rates VALUES (1, 'BTC', 0, 1, 1, 'poll', NULL)`],
    ['a price that is no integer', `INSERT INTO rates VALUES (1, 'BTC', 12.5, 1, 1, 'poll', NULL)`],
  ])('records: %s', (_name, sql) => {
    const db = emptyDatabase();
    migrate(db, recordsMigrations, 'file');
    expect(() => db.exec(sql)).toThrow(/constraint|cannot store/);
  });

  const row = (fields: string) =>
    `INSERT INTO clients VALUES (1, 'A'); INSERT INTO transactions
     (client_id, tid, type, amount_sats, created_at_ms, tx_id, settling, fetched_at_ms) VALUES (${fields})`;
  test.each([
    ['a negative amount', row(`1, 't', 1, -1, 0, NULL, 0, 0`)],
    ['an amount beyond the safe integers', row(`1, 't', 1, 9007199254740992, 0, NULL, 0, 0`)],
    ['a type out of range', row(`1, 't', 4, 1, 0, NULL, 0, 0`)],
    ['a hash of the wrong length', row(`1, 't', 1, 1, 0, x'00', 0, 0`)],
    ['a tx id that is a number', row(`1, 't', 1, 1, 0, 7, 0, 0`)],
    ['the same tid twice', `${row(`1, 't', 1, 1, 0, NULL, 0, 0`)}, (1, 't', 1, 1, 0, NULL, 0, 0)`],
  ])('cache: %s', (_name, sql) => {
    const db = emptyDatabase();
    migrate(db, cacheMigrations, 'file');
    expect(() => db.exec(sql)).toThrow(/constraint/);
  });
});
