import { describe, expect, test } from 'vitest';
import { intentStates, type IntentState } from '#shared/domain/intent.ts';
import { appendAudit } from '../../../src/main/audit/chain.ts';
import type { RecordsDb } from '../../../src/main/storage/open.ts';
import { NOW_MS, openDesk } from './fixture.ts';

type Row = Record<string, string | number | null>;

const HEX = 'f'.repeat(64);

const buy: Row = {
  kind: 'buy',
  client_uid: 'BT-1',
  usd_cents: 150_000,
  quoted_price_cents: 122_510,
  quote_observed_at_ms: NOW_MS,
  quote_expires_at_ms: NOW_MS + 60_000,
  expected_sats: 122_438_984,
};
const withdrawal: Row = {
  kind: 'withdrawal',
  client_uid: 'BT-1',
  amount_sats: 12_000_000,
  address: '2MzCEdXEzBaxCJQAq8igw4pUP1NSGAgzsUr',
};
const createClient: Row = { kind: 'create_client', label: 'Alice' };

/** Writes past all code of the app: what is refused here is refused by the database itself. */
function insert(db: RecordsDb, row: Row, id = 'i1'): void {
  const full: Row = { id, state: 'journaled', created_at_ms: NOW_MS, ...row };
  const names = Object.keys(full);
  const sql = `INSERT INTO intents (${names.join()}) VALUES (${names.map((name) => `:${name}`).join()})`;
  db.transaction(() => {
    audited(db, id, String(full['state']));
    db.prepare(sql).run(full);
  })();
}

function update(db: RecordsDb, id: string, columns: Row): void {
  const assignments = Object.keys(columns).map((name) => `${name} = :${name}`);
  db.transaction(() => {
    if (columns['state']) audited(db, id, String(columns['state']));
    db.prepare(`UPDATE intents SET ${assignments.join()} WHERE id = :id`).run({ ...columns, id });
  })();
}

function audited(db: RecordsDb, id: string, state: string): void {
  const action = `intent.${state}`;
  appendAudit(db, { atMs: NOW_MS, actor: 'test', action, subject: id, detail: {} });
}

/** Columns with which a withdrawal may stand in a state. */
function columnsOf(state: IntentState): Row {
  const unsent = state === 'journaled' || state === 'discarded';
  const settled = ['confirmed', 'rejected', 'cleared', 'discarded'].includes(state);
  return {
    state,
    attempts: unsent ? 0 : 1,
    sent_at_ms: unsent ? null : NOW_MS,
    settled_at_ms: settled ? NOW_MS : null,
    server_tid: state === 'confirmed' ? '39486536' : null,
    reason: ['rejected', 'unknown', 'cleared', 'needs_human'].includes(state) ? 'why' : null,
    ...(state === 'sent' ? { baseline_at_ms: NOW_MS } : {}),
    ...(state === 'cleared' ? bySomeone : {}),
  };
}

const bySomeone: Row = { settled_by: 'alice', settle_reason: 'Bitpro said so' };

const routes: Record<IntentState, IntentState[]> = {
  journaled: [],
  discarded: ['discarded'],
  sent: ['sent'],
  confirmed: ['sent', 'confirmed'],
  rejected: ['sent', 'rejected'],
  unknown: ['sent', 'unknown'],
  needs_human: ['sent', 'needs_human'],
  cleared: ['sent', 'unknown', 'cleared'],
};

function intentIn(state: IntentState): RecordsDb {
  const { records } = openDesk();
  insert(records, withdrawal);
  for (const step of routes[state]) update(records, 'i1', columnsOf(step));
  return records;
}

/** money-safety.md, The state machine of an intent. */
const legal: Record<IntentState, IntentState[]> = {
  journaled: ['sent', 'discarded'],
  sent: ['confirmed', 'rejected', 'unknown', 'needs_human'],
  unknown: ['confirmed', 'rejected', 'cleared', 'needs_human'],
  needs_human: ['confirmed', 'cleared'],
  confirmed: [],
  rejected: ['needs_human'],
  cleared: ['needs_human'],
  discarded: [],
};

/** Guarded rows are written in a transaction, which seals them. */
function exec(db: RecordsDb, sql: string): void {
  db.transaction(() => db.exec(sql))();
}

/** A complete reading that does not show it, and what Bitpro said when it refused. */
function refusedAfterReading(db: RecordsDb): void {
  exec(
    db,
    `INSERT INTO intent_readings (intent_id, at_ms, complete, matches)
    VALUES ('i1', ${NOW_MS}, 1, 0)`,
  );
  exec(db, `UPDATE intents SET refusal = 'Too much.'`);
}

describe('moves', () => {
  const pairs = intentStates.flatMap((from) =>
    intentStates.filter((to) => to !== from).map((to) => [from, to] as const),
  );

  test.each(pairs)('%s → %s', (from, to) => {
    const db = intentIn(from);
    // A move back that forgot the sending would be refused for that alone.
    const { sent_at_ms, ...columns } = columnsOf(to);
    const by = from === 'needs_human' && to === 'confirmed' ? bySomeone : {};
    const again = ['rejected', 'cleared'].includes(from)
      ? { reopened_at_ms: NOW_MS, settled_by: null, settle_reason: null }
      : {};
    if (from === 'unknown' && to === 'rejected') refusedAfterReading(db);
    const move = () =>
      update(db, 'i1', { ...columns, ...(sent_at_ms ? { sent_at_ms } : {}), ...by, ...again });
    if (legal[from].includes(to)) expect(move).not.toThrow();
    else expect(move).toThrow(/no such move|does not change|CHECK/);
  });

  test.each(intentStates)('an intent in %s cannot be deleted', (state) => {
    const db = intentIn(state);
    expect(() => db.exec('DELETE FROM intents')).toThrow('never deleted');
  });

  test.each(intentStates.filter((state) => state !== 'journaled'))(
    'an intent cannot begin as %s',
    (state) => {
      const { records } = openDesk();
      expect(() => insert(records, { ...withdrawal, ...columnsOf(state) })).toThrow(
        'begins as journaled',
      );
    },
  );

  test('a state cannot be entered without its audit entry', () => {
    const db = intentIn('journaled');
    const move = db.prepare(
      'UPDATE intents SET state = :state, attempts = :attempts, sent_at_ms = :sent_at_ms, baseline_at_ms = 1',
    );
    const { state, attempts, sent_at_ms } = columnsOf('sent');
    expect(() => move.run({ state, attempts, sent_at_ms })).toThrow('needs its audit entry');
  });

  test('an audit entry of another intent does not serve', () => {
    const db = intentIn('journaled');
    const move = db.transaction(() => {
      audited(db, 'i2', 'sent');
      db.exec(
        `UPDATE intents SET state = 'sent', attempts = 1, sent_at_ms = 1, baseline_at_ms = 1`,
      );
    });
    expect(move).toThrow('needs its audit entry');
  });
});

describe('rows', () => {
  test.each([
    ['a second attempt', { attempts: 2 }],
    ['journaled with an attempt', { attempts: 1, sent_at_ms: NOW_MS }],
    ['an unknown kind', { kind: 'refund' }],
    ['a withdrawal of nothing', { amount_sats: 0 }],
    ['a withdrawal of a negative amount', { amount_sats: -1 }],
    ['a withdrawal of more than all bitcoin', { amount_sats: 2_100_000_000_000_001 }],
    ['a withdrawal of a fraction of a satoshi', { amount_sats: 1.5 }],
    ['a withdrawal to nowhere', { address: null }],
    ['a withdrawal of nobody', { client_uid: null }],
    ['a withdrawal in dollars', { usd_cents: 1 }],
    ['a buy of nothing', { ...buy, usd_cents: 0 }],
    ['a buy without a quote', { ...buy, quoted_price_cents: null }],
    ['a buy to an address', { ...buy, address: '2MzCEdXEzBaxCJQAq8igw4pUP1NSGAgzsUr' }],
    ['a new client that has a uid already', { ...createClient, client_uid: 'BT-1' }],
    ['a new client without a label', { ...createClient, label: null }],
  ] as [string, Row][])('refuses %s', (_, columns) => {
    const { records } = openDesk();
    const base = 'kind' in columns ? {} : withdrawal;
    expect(() => insert(records, { ...base, ...columns })).toThrow(
      /constraint failed|cannot store/,
    );
  });

  test.each([
    ['kind', 'buy'],
    ['client_uid', 'BT-2'],
    ['amount_sats', 1],
    ['address', 'mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn'],
    ['created_at_ms', 1],
    ['id', 'other'],
  ])('%s never changes once journaled', (column, value) => {
    const db = intentIn('journaled');
    const change = db.prepare(`UPDATE intents SET ${column} = ?`);
    expect(() => change.run(value)).toThrow('what was reviewed does not change');
  });

  test.each(['confirmed', 'rejected', 'cleared', 'discarded'] as const)(
    'nothing of a %s intent changes',
    (state) => {
      const db = intentIn(state);
      for (const column of ['reason', 'server_state', 'server_tx_id', 'settled_at_ms']) {
        const change = db.prepare(`UPDATE intents SET ${column} = '1'`);
        expect(() => change.run(), column).toThrow('a settled intent does not change');
      }
    },
  );

  test('sent needs its one attempt, confirmed its tid, unknown its reason', () => {
    const sent = { ...columnsOf('sent'), attempts: 0, sent_at_ms: null };
    expect(() => update(intentIn('journaled'), 'i1', sent)).toThrow('CHECK');
    const confirmed = { ...columnsOf('confirmed'), server_tid: null };
    expect(() => update(intentIn('sent'), 'i1', confirmed)).toThrow('CHECK');
    const unknown = { ...columnsOf('unknown'), reason: null };
    expect(() => update(intentIn('sent'), 'i1', unknown)).toThrow('CHECK');
  });

  test('a sent intent cannot be sent again', () => {
    const db = intentIn('sent');
    expect(() => update(db, 'i1', { attempts: 2 })).toThrow('CHECK');
    expect(() => update(db, 'i1', { attempts: 0, sent_at_ms: null })).toThrow();
  });
});

describe('settling', () => {
  const reading = (db: RecordsDb, columns: Row = {}) => {
    const row = { at_ms: NOW_MS, complete: 1, matches: 0, problem: null, ...columns };
    const insertReading = db.prepare(
      `INSERT INTO intent_readings (intent_id, at_ms, complete, matches, problem)
       VALUES ('i1', :at_ms, :complete, :matches, :problem)`,
    );
    db.transaction(() => insertReading.run(row))();
  };
  const clear = (db: RecordsDb) =>
    update(db, 'i1', { ...columnsOf('cleared'), settled_by: null, settle_reason: null });

  test('nothing is sent without its baseline, unless no history could show it', () => {
    const withoutBaseline = { ...columnsOf('sent'), baseline_at_ms: null };
    const sent = () => update(intentIn('journaled'), 'i1', withoutBaseline);
    expect(sent).toThrow('nothing is sent without its baseline');
    const { records } = openDesk();
    insert(records, createClient);
    expect(() => update(records, 'i1', withoutBaseline)).not.toThrow();
  });

  test('a baseline is written before sending and stays', () => {
    const add = `INSERT INTO intent_baseline VALUES ('i1', '7')`;
    const db = intentIn('journaled');
    db.transaction(() => db.exec(add))();
    update(db, 'i1', columnsOf('sent'));
    expect(() => db.exec(`INSERT INTO intent_baseline VALUES ('i1', '8')`)).toThrow(
      'before sending',
    );
    expect(() => db.exec('DELETE FROM intent_baseline')).toThrow('does not change');
    expect(() => db.exec(`UPDATE intent_baseline SET tid = '9'`)).toThrow('does not change');
    expect(() => db.exec('UPDATE intents SET baseline_floor_ms = 1')).toThrow('does not change');
  });

  test('a transaction of the baseline settles nothing', () => {
    const db = intentIn('journaled');
    db.transaction(() => db.exec(`INSERT INTO intent_baseline VALUES ('i1', '39486536')`))();
    update(db, 'i1', columnsOf('sent'));
    expect(() => update(db, 'i1', columnsOf('confirmed'))).toThrow('baseline settles nothing');
    const other = { ...columnsOf('confirmed'), server_tid: '39486537' };
    expect(() => update(db, 'i1', other)).not.toThrow();
  });

  test.each([
    ['no reading', [], false],
    ['one', [{}], false],
    ['two', [{}, {}], true],
    ['one of two incomplete', [{}, { complete: 0, problem: 'lags' }], false],
    ['one of two with a match', [{}, { matches: 1 }], false],
    ['one of two before the sending', [{}, { at_ms: NOW_MS - 1 }], false],
  ] as [string, Row[], boolean][])('cleared without a person, %s', (_, readings, allowed) => {
    const db = intentIn('unknown');
    for (const columns of readings) reading(db, columns);
    if (allowed) expect(() => clear(db)).not.toThrow();
    else expect(() => clear(db)).toThrow('two complete readings or a person');
  });

  test('what needs a person is settled by one, with a name and a reason', () => {
    const db = intentIn('needs_human');
    reading(db);
    reading(db);
    expect(() => clear(db)).toThrow('only a person');
    expect(() => update(db, 'i1', columnsOf('confirmed'))).toThrow('only a person');
    const nameless = { ...columnsOf('cleared'), settled_by: '' };
    expect(() => update(db, 'i1', nameless)).toThrow('CHECK');
    const groundless = { ...columnsOf('cleared'), settle_reason: '  ' };
    expect(() => update(db, 'i1', groundless)).toThrow('CHECK');
    expect(() => update(db, 'i1', columnsOf('cleared'))).not.toThrow();
  });

  test.each(intentStates)('a reading for one that is %s', (state) => {
    const db = intentIn(state);
    const isOpen = state === 'unknown' || state === 'needs_human';
    if (isOpen) expect(() => reading(db)).not.toThrow();
    else expect(() => reading(db)).toThrow('not settled');
  });

  test('readings are kept as they were', () => {
    const db = intentIn('unknown');
    reading(db);
    expect(() => db.exec('DELETE FROM intent_readings')).toThrow('never deleted');
    expect(() => db.exec('UPDATE intent_readings SET at_ms = 1')).toThrow('never changed');
    expect(() => reading(db, { complete: 1, problem: 'lags' })).toThrow('CHECK');
  });
});

describe('what is told afterwards', () => {
  const named = (db: RecordsDb) => exec(db, `UPDATE intents SET named_tid = '7'`);
  const cleared = (db: RecordsDb, columns: Row = {}) =>
    update(db, 'i1', { ...columnsOf('cleared'), ...columns });
  const reopened: Row = {
    ...columnsOf('needs_human'),
    reopened_at_ms: NOW_MS,
    settled_by: null,
    settle_reason: null,
  };

  test('unknown ends as rejected only with a refusal and a complete reading', () => {
    const db = intentIn('unknown');
    const rejected = () => update(db, 'i1', columnsOf('rejected'));
    expect(rejected).toThrow('after a complete reading');
    exec(db, `UPDATE intents SET refusal = 'Too much.'`);
    expect(rejected).toThrow('after a complete reading');
    exec(
      db,
      `INSERT INTO intent_readings (intent_id, at_ms, complete, matches)
      VALUES ('i1', ${NOW_MS}, 1, 1)`,
    );
    expect(rejected).toThrow('after a complete reading');
    refusedAfterReading(db);
    expect(rejected).not.toThrow();
  });

  test('what Bitpro named stays, and is cleared by two or by that transaction', () => {
    const db = intentIn('needs_human');
    named(db);
    expect(() => exec(db, `UPDATE intents SET named_tid = '8'`)).toThrow('does not change');
    expect(() => cleared(db)).toThrow('by one person');
    expect(() => cleared(db, { found_tid: '8' })).toThrow('by one person');
    expect(() => cleared(db, { agreed_by: 'Bob' })).not.toThrow();
    const other = intentIn('needs_human');
    named(other);
    expect(() => cleared(other, { found_tid: '7' })).not.toThrow();
  });

  test('what was settled is opened again only as such, once, and stays marked', () => {
    const db = intentIn('cleared');
    const { reopened_at_ms: _, ...unmarked } = reopened;
    expect(() => update(db, 'i1', unmarked)).toThrow('does not change');
    update(db, 'i1', reopened);
    expect(() => exec(db, 'UPDATE intents SET reopened_at_ms = NULL')).toThrow('opened again');
    expect(() => exec(db, 'UPDATE intents SET reopened_at_ms = 1')).toThrow('opened again');
    const never = intentIn('unknown');
    expect(() => exec(never, 'UPDATE intents SET reopened_at_ms = 1')).toThrow('opened again');
  });

  test('one that is open again stands beside an equal one, and no further one is written or sent', () => {
    const db = intentIn('cleared');
    insert(db, withdrawal, 'i2');
    update(db, 'i1', reopened);
    expect(() => insert(db, withdrawal, 'i3')).toThrow('open again');
    expect(() => update(db, 'i2', columnsOf('sent'))).toThrow('open again');
    update(db, 'i1', columnsOf('cleared'));
    expect(() => update(db, 'i2', columnsOf('sent'))).not.toThrow();
  });

  test('a transaction known from before settles nothing', () => {
    const db = intentIn('journaled');
    exec(db, `INSERT INTO intent_known VALUES ('i1', '39486536')`);
    update(db, 'i1', columnsOf('sent'));
    expect(() => update(db, 'i1', columnsOf('confirmed'))).toThrow('known before');
    expect(() => exec(db, `INSERT INTO intent_known VALUES ('i1', '8')`)).toThrow('before sending');
    expect(() => exec(db, 'DELETE FROM intent_known')).toThrow('does not change');
    expect(() => exec(db, 'UPDATE intents SET baseline_whole = 1')).toThrow('does not change');
  });

  test('sightings are of the confirmed, answers have their audit entry, and both stay', () => {
    const sighting = `INSERT INTO intent_sightings (intent_id, at_ms, seen) VALUES ('i1', 1, 1)`;
    expect(() => exec(intentIn('unknown'), sighting)).toThrow('only what is confirmed');
    const db = intentIn('confirmed');
    exec(db, sighting);
    expect(() => exec(db, 'DELETE FROM intent_sightings')).toThrow('never deleted');
    const answer = `INSERT INTO intent_answers (intent_id, at_ms, state, said)
      VALUES ('i1', 1, 'confirmed', 'Yes.')`;
    expect(() => exec(db, answer)).toThrow('needs its audit entry');
    db.transaction(() => {
      audited(db, 'i1', 'answered');
      db.exec(answer);
    })();
    expect(() => exec(db, `UPDATE intent_answers SET said = 'No.'`)).toThrow('never changed');
    expect(() => exec(db, 'DELETE FROM intent_answers')).toThrow('never deleted');
  });
});

describe('one at a time', () => {
  const isOpen = (state: IntentState) =>
    ['journaled', 'sent', 'unknown', 'needs_human'].includes(state);

  test.each(intentStates)(
    'while one is %s, an equal one is refused exactly if it is open',
    (state) => {
      const db = intentIn(state);
      const again = () => insert(db, withdrawal, 'i2');
      if (isOpen(state)) expect(again).toThrow('UNIQUE');
      else expect(again).not.toThrow();
    },
  );

  test.each([
    ['client', withdrawal, { client_uid: 'BT-2' }],
    ['amount', withdrawal, { amount_sats: 12_000_001 }],
    ['address', withdrawal, { address: 'mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn' }],
    ['dollars', buy, { usd_cents: 150_001 }],
    ['label', createClient, { label: 'Bob' }],
  ] as [string, Row, Row][])('another %s makes it another intent', (_, first, difference) => {
    const { records } = openDesk();
    insert(records, first);
    expect(() => insert(records, first, 'i2')).toThrow('UNIQUE');
    expect(() => insert(records, { ...first, ...difference }, 'i2')).not.toThrow();
  });

  test('a tid settles one intent of a client, but another client may have the same', () => {
    const { records } = openDesk();
    for (const [id, client_uid] of [
      ['i1', 'BT-1'],
      ['i2', 'BT-2'],
      ['i3', 'BT-1'],
    ] as const) {
      insert(records, { ...withdrawal, client_uid, amount_sats: Number(id.slice(1)) }, id);
      update(records, id, columnsOf('sent'));
    }
    update(records, 'i1', columnsOf('confirmed'));
    update(records, 'i2', columnsOf('confirmed'));
    expect(() => update(records, 'i3', columnsOf('confirmed'))).toThrow('UNIQUE');
  });
});

describe('the audit log only grows at its end', () => {
  test.each([
    ['changed', `UPDATE audit SET actor = 'mallory'`],
    ['deleted', 'DELETE FROM audit'],
    ['replaced', `INSERT OR REPLACE INTO audit SELECT * FROM audit`],
    ['put in', `INSERT INTO audit VALUES (9, 0, 'm', 'a.b', '', '{}', '${HEX}', '${HEX}')`],
    ['hung elsewhere', `INSERT INTO audit VALUES (2, 0, 'm', 'a.b', '', '{}', '${HEX}', '${HEX}')`],
  ])('no entry is %s', (_, sql) => {
    const db = intentIn('journaled');
    expect(() => db.exec(sql)).toThrow(/audit: entries are never|must follow the last one/);
  });
});
