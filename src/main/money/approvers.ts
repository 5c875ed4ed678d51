import { MIN_PASSPHRASE_LENGTH, type ApproverView } from '#shared/domain/guards.ts';
import { AppError } from '#shared/errors.ts';
import { appendAudit } from '../audit/chain.ts';
import type { RecordsDb } from '../storage/open.ts';
import {
  countTry,
  findApprover,
  forgiveTries,
  insertApprover,
  listApprovers,
  removeApprover,
  type ApproverRow,
} from '../storage/records/approvers-repo.ts';
import { keep } from './keep.ts';
import { hashPassphrase, isPassphrase } from './passphrase.ts';

/** After so many wrong passphrases in a row, one try each `WAIT_MS`. */
const FREE_TRIES = 5;
const WAIT_MS = 15 * 60_000;

type ApproverDeps = { records: RecordsDb; now: () => number; actor: () => string };

/** One person is one key, however the name is spelt. */
export function personKey(name: string): string {
  return name.normalize('NFKC').trim().replaceAll(/\s+/g, ' ').toLowerCase();
}

/** The people who may approve, each with a passphrase that only they know. Every change is audited. */
export function createApprovers({ records, now, actor }: ApproverDeps) {
  return {
    list: (): ApproverView[] =>
      listApprovers(records).map(({ name, addedAtMs }) => ({ name, addedAtMs })),

    /** @throws AppError `invalid_input`, field `name` or `passphrase` */
    async add(input: { name: string; passphrase: string }): Promise<ApproverView> {
      const name = input.name.trim();
      if (input.passphrase.length < MIN_PASSPHRASE_LENGTH) {
        const message = `Choose a passphrase of at least ${MIN_PASSPHRASE_LENGTH} characters.`;
        throw new AppError('invalid_input', message, { field: 'passphrase' });
      }
      const kept = await hashPassphrase(input.passphrase);
      const addedAtMs = now();
      keep(records, () => {
        const key = personKey(name);
        if (findApprover(records, key)) {
          const message = 'There is an approver of this name already.';
          throw new AppError('invalid_input', message, { field: 'name' });
        }
        const note = { atMs: addedAtMs, actor: actor(), action: 'approver.added', subject: name };
        appendAudit(records, { ...note, detail: {} });
        insertApprover(records, { key, name, addedAtMs, ...kept });
      });
      return { name, addedAtMs };
    },

    remove(name: string): void {
      keep(records, () => {
        const approver = mustFind(records, name, 'name');
        const note = { atMs: now(), actor: actor(), action: 'approver.removed' };
        appendAudit(records, { ...note, subject: approver.name, detail: {} });
        removeApprover(records, approver.key);
      });
    },
  };
}

/**
 * The approver of this name and passphrase. Every try is counted on the disk before the passphrase is looked
 * at, so that neither many tries at once nor a restart give more of them; wrong ones are audited under `subject`.
 * @throws AppError `invalid_input` (field `approver` or `passphrase`), `rate_limited`
 */
export async function authenticate(
  { records, now, actor }: ApproverDeps,
  {
    approver: name,
    passphrase,
    subject,
  }: { approver: string; passphrase: string; subject: string },
): Promise<ApproverRow> {
  const approver = keep(records, () => {
    const approver = mustFind(records, name, 'approver');
    refuseTooMany(approver, now());
    countTry(records, approver.key, now());
    return approver;
  });
  const isRight = await isPassphrase(passphrase, approver);
  keep(records, () => {
    if (isRight) return forgiveTries(records, approver.key);
    const detail = { approver: approver.name };
    const action = 'approval.refused';
    appendAudit(records, { atMs: now(), actor: actor(), action, subject, detail });
  });
  if (isRight) return approver;
  const message = 'This is not the passphrase of this approver. The attempt is in the audit log.';
  throw new AppError('invalid_input', message, { field: 'passphrase' });
}

function refuseTooMany({ failures, triedAtMs, name }: ApproverRow, nowMs: number): void {
  if (failures < FREE_TRIES || triedAtMs === null) return;
  const leftMs = triedAtMs + WAIT_MS - nowMs;
  if (leftMs <= 0) return;
  throw new AppError(
    'rate_limited',
    `Too many wrong passphrases for ${name}. Try again in ${Math.ceil(leftMs / 60_000)} min.`,
  );
}

function mustFind(records: RecordsDb, name: string, field: string): ApproverRow {
  const approver = findApprover(records, personKey(name));
  if (approver) return approver;
  throw new AppError('invalid_input', 'There is no approver of this name.', { field });
}
