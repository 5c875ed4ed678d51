import { formatBtc, formatUsd } from '#shared/money.ts';
import { intentStates } from '#shared/domain/intent.ts';
import { AppError } from '#shared/errors.ts';
import { userVersion } from '../storage/migrate.ts';
import type { RecordsDb } from '../storage/open.ts';
import { findIntent, intentStatesIn } from '../storage/records/intents-repo.ts';
import { migration as sealsMigration } from '../storage/records/migrations/008-seals.ts';
import {
  CONTROLS,
  digestOf,
  digestsIn,
  FIRST_PREV_HASH,
  hashOfSeal,
  NO_ROWS,
} from '../storage/records/seals.ts';
import { findSchemaChange } from '../storage/records/schema.ts';
import {
  iterateSeals,
  lastSeal,
  newestSeal,
  sealAt,
  type Seal,
} from '../storage/records/seals-repo.ts';
import { verifyChain } from './chain.ts';

/**
 * Holds the records against their log: both chains whole, every guarded row against its last seal, and the state of
 * every request against its last entry. What does not fit, in words; null when all does. Records of before seals were
 * kept have the chain alone. Reads only; about 10 µs an entry.
 */
export function findMisfit(db: RecordsDb): string | null {
  // One snapshot for all: another window may write meanwhile.
  return db.transaction(() => {
    const states = new Map<string, string>();
    const verdict = verifyChain(db, ({ action, subject }) => {
      const [noun, state = ''] = action.split('.');
      if (noun === 'intent' && isState(state)) states.set(subject, state);
    });
    if (!verdict.ok) {
      return `Entry ${verdict.firstBadSeq ?? verdict.entries} of its audit log is not what was written.`;
    }
    if (userVersion(db) < sealsMigration.version) return null;
    const sealed = new Map<string, string>();
    let prevHash = FIRST_PREV_HASH;
    let seq = 0;
    for (const { hash, ...seal } of iterateSeals(db)) {
      seq += 1;
      if (seal.seq !== seq || seal.prevHash !== prevHash || hash !== hashOfSeal(seal)) {
        return `Seal ${seal.seq} of its rows is not what was written.`;
      }
      prevHash = hash;
      sealed.set(seal.owner, seal.digest);
    }
    const digests = digestsIn(db);
    for (const [owner, digest] of digests) {
      if (sealed.get(owner) !== digest) return describe(db, owner);
    }
    for (const { id, state } of intentStatesIn(db)) {
      const told = states.get(id);
      if (told !== undefined && told !== state) return describe(db, id);
    }
    const gone = Array.from(sealed).find(
      ([owner, digest]) => digest !== (digests.get(owner) ?? NO_ROWS),
    );
    if (gone === undefined) return null;
    return gone[0] === CONTROLS
      ? describe(db, CONTROLS)
      : 'A request that stands in its audit log is gone from the records.';
  })();
}

function isState(text: string): boolean {
  return (intentStates as readonly string[]).includes(text);
}

/**
 * Right before a request is sent, in the transaction that marks it: itself and its approvals, the controls, and whatever
 * another program wrote while these records were open, the schema with its triggers included.
 * @throws AppError storage_damaged
 */
export function mustFit(db: RecordsDb, intentId: string): void {
  for (const owner of [CONTROLS, intentId, ...db.misfits]) {
    const seal = lastSeal(db, owner);
    const digest = digestOf(db, owner);
    const fits =
      seal === null
        ? owner === CONTROLS && digest === NO_ROWS
        : isLinked(db, seal) && seal.digest === digest;
    if (!fits) throw doesNotFit(describe(db, owner));
  }
  const changed = findSchemaChange(db);
  if (changed !== null) throw doesNotFit(changed);
}

/** Its own hash, the one before it, and what follows from it. */
function isLinked(db: RecordsDb, { hash, ...fields }: Seal): boolean {
  const before = fields.seq === 1 ? FIRST_PREV_HASH : sealAt(db, fields.seq - 1)?.hash;
  const after = sealAt(db, fields.seq + 1)?.prevHash ?? newestSeal(db)?.hash;
  return hash === hashOfSeal(fields) && before === fields.prevHash && after === hash;
}

/** Also the reason to open the records anew, for reading only. */
export function doesNotFit(what: string): AppError {
  return new AppError(
    'storage_damaged',
    `The records were changed outside the app. ${what} Nothing was sent.`,
  );
}

function describe(db: RecordsDb, owner: string): string {
  if (owner === CONTROLS) {
    return 'The limits, the address book or the approvers are not what was written last.';
  }
  return `${nameOf(db, owner)} is not what was written last.`;
}

function nameOf(db: RecordsDb, id: string): string {
  const intent = findIntent(db, id);
  if (intent === null) return 'A request';
  const { kind, clientUid, amountSats, usdCents, label } = intent;
  const client = clientUid ?? '';
  if (kind === 'withdrawal') {
    return `The withdrawal of ${formatBtc(amountSats ?? 0)} BTC for ${client}`;
  }
  if (kind === 'buy') return `The buy of ${formatUsd(usdCents ?? 0)} USD for ${client}`;
  return `The new client “${label ?? ''}”`;
}
