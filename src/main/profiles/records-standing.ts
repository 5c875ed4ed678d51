import { randomUUID } from 'node:crypto';
import type { Restored } from '#shared/domain/damage.ts';
import type { Profile } from '#shared/domain/profile.ts';
import { AppError } from '#shared/errors.ts';
import { appendAudit } from '../audit/chain.ts';
import { getMeta, setMeta } from '../storage/meta-repo.ts';
import type { RecordsDb } from '../storage/open.ts';
import { createOpenFile } from './open-file.ts';
import type { ProfileSecrets } from './profile-secrets.ts';
import { bind, identityOf } from './records-identity.ts';
import { continues, isSameMark, markOf, type RecordsMark } from './records-mark.ts';

const RESTORED = 'restored';

type Kept = Restored & {
  /** Clients whose history was read whole since. */
  read: string[];
  acknowledged: boolean;
};

export type StandingDeps = {
  records: RecordsDb;
  profile: () => Profile;
  /** Null where the secret is kept for this run only, and in Practice: then no mark is kept. */
  keychain: () => ReturnType<ProfileSecrets['markOf']>;
  now: () => number;
  actor: () => string;
  /** Discards what was not sent yet; gives how many. */
  discardWaiting: (reason: string) => number;
  /** Reads a client's history until it is known whole. @throws AppError when that does not succeed */
  readWhole: (clientUid: string) => Promise<void>;
  /** Clients whose newest rows were not read since. */
  unreadSince: (atMs: number) => string[];
  onChanged: () => void;
};

export type Standing = ReturnType<typeof createStanding>;

/**
 * Whether the records on the disk are the ones that were written last (ADR 15). An older copy, a folder that two
 * machines use or a machine that was set back would send again what another life of it has sent: so the keychain is
 * told before each sending how far the log came, and whoever does not contain that starts with nothing waiting.
 */
export function createStanding(deps: StandingDeps) {
  const { records, profile, now, actor, discardWaiting, readWhole, onChanged } = deps;
  const file = createOpenFile(records.name);
  let install: string | null = null;
  let told: RecordsMark | null = null;
  let settled: Promise<void> | null = null;
  let telling: Promise<void> = Promise.resolve();
  const startedAtMs = now();

  function kept(): Kept | null {
    const text = getMeta(records, RESTORED);
    return text === null ? null : (JSON.parse(text) as Kept);
  }

  async function compare(): Promise<void> {
    const keychain = deps.keychain();
    const by = { atMs: now(), actor: actor() };
    if (keychain === null) return bind(records, profile(), by);
    const mark = await keychain.read();
    const why = findBreak(mark);
    if (why === null && mark !== null) {
      install = mark.install;
      told = mark;
      return bind(records, profile(), { ...by, install });
    }
    const fresh = randomUUID();
    if (why !== null) takeStock(why, mark);
    install = fresh;
    // Before the records name it: where this fails, both are still without one.
    await tell();
    bind(records, profile(), { ...by, install: fresh });
    if (why !== null) onChanged();
  }

  /** Why the records are not the continuation of what the keychain knows; null when they are, or when both are new. */
  function findBreak(mark: RecordsMark | null): Restored['why'] | null {
    const bound = identityOf(records)?.install ?? '';
    if (mark === null) return bound === '' ? null : 'elsewhere';
    if (!continues(records, mark)) return 'older';
    return bound === mark.install || bound === '' ? null : 'elsewhere';
  }

  function takeStock(why: Restored['why'], mark: RecordsMark | null): void {
    const atMs = now();
    records
      .transaction(() => {
        appendAudit(records, {
          atMs,
          actor: actor(),
          action: 'records.restored',
          subject: 'records',
          detail: { why, entriesKnown: mark?.entries ?? null },
        });
      })
      .immediate();
    const discarded = discardWaiting(
      'The records were restored, so it may have been sent already. Nothing more was sent.',
    );
    const next: Kept = { atMs, why, discarded, read: [], acknowledged: false };
    setMeta(records, RESTORED, JSON.stringify(next));
  }

  /** One after the other: a slow one that nobody waits for any more must not write over what a later one told. */
  function tell(): Promise<void> {
    telling = telling.catch(() => {}).then(tellNow);
    return telling;
  }

  /**
   * Another life of these records may run beside this one, in a copy of their folder: what it told is never written
   * over unseen, else each would send what the other has sent.
   * @throws AppError `conflict` when it did
   */
  async function tellNow(): Promise<void> {
    const keychain = deps.keychain();
    if (keychain === null || install === null) return;
    const mark = markOf(records, install);
    if (told !== null) {
      if (isSameMark(told, mark)) return;
      if (findBreak(await keychain.read()) !== null) throw usedElsewhere();
    }
    await keychain.write(mark);
    if (!isSameMark(await keychain.read(), mark)) throw usedElsewhere();
    told = mark;
  }

  /** Stock is taken before anything else is sent. */
  function usedElsewhere(): AppError {
    told = null;
    settled = null;
    return new AppError(
      'conflict',
      'Another copy of this data folder is in use, and the keychain was told of what that one sent. Use one of them only.',
    );
  }

  /** Other clients' payments count for the limit of the day. @throws AppError `conflict` */
  function mustKnowTheDay({ atMs }: Kept): void {
    // What this process has read is of after the restore, though the clock was set back since.
    const [first, ...more] = deps.unreadSince(Math.min(atMs, startedAtMs));
    if (first === undefined) return;
    const who = more.length === 0 ? first : `${first} and ${more.length} more`;
    throw new AppError(
      'conflict',
      `The records of this profile were restored, and the history of ${who} was not read since, so what was ` +
        'sent in the last 24 hours is not known, and there is a limit for it. Nothing was sent. ' +
        'Sync now, wait until all are read, then confirm again.',
      { retryable: true },
    );
  }

  /** Once; after a failure of the keychain it is tried again by whoever needs it next. */
  function settle(): Promise<void> {
    settled ??= compare().catch((error: unknown) => {
      settled = null;
      throw error;
    });
    return settled;
  }

  return {
    settle,

    /** To be told on the screen until it is acknowledged. */
    restored(): Restored | null {
      const last = kept();
      if (last === null || last.acknowledged) return null;
      const { atMs, why, discarded } = last;
      return { atMs, why, discarded };
    },

    acknowledge(): void {
      const last = kept();
      if (last !== null)
        setMeta(records, RESTORED, JSON.stringify({ ...last, acknowledged: true }));
      onChanged();
    },

    /**
     * Before the service is asked anything for a sending. `isLimited`: what all clients sent in a day counts for it.
     * @throws AppError
     */
    async admit(clientUid: string | null, isLimited: boolean): Promise<void> {
      await settle();
      const last = kept();
      if (last === null || clientUid === null) return;
      if (isLimited) mustKnowTheDay(last);
      if (last.read.includes(clientUid)) return;
      try {
        await readWhole(clientUid);
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        const what =
          `The records of this profile were restored, so the history of ${clientUid} has to be read whole ` +
          'before anything is sent, and that did not succeed. Nothing was sent.';
        const { code, message, retryable } = error;
        throw new AppError(code, `${what} ${message}`, { retryable, cause: error });
      }
      const read = [...(kept()?.read ?? []), clientUid];
      setMeta(records, RESTORED, JSON.stringify({ ...last, ...kept(), read }));
    },

    /** In the transaction that marks a request as sent. @throws AppError storage_damaged */
    check: (): void => file.mustBeThere(),

    /**
     * `sent` is on the disk and not a byte has left: the keychain is told, so that no older copy sends it again.
     * @throws AppError keychain_…
     */
    seal: tell,

    /** At close: what was written since needs no second look at the next start. Never rejects. */
    async close(): Promise<void> {
      if (!records.open || !records.isWritable) return;
      // The profile may be gone by now, or the keychain locked: then the next start sees what came after the mark.
      await tell().catch(() => {});
    },
  };
}
