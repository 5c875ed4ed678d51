import { expectedEnvironment } from '#shared/domain/profile.ts';
import { AppError } from '#shared/errors.ts';
import type { RemoteTransaction } from '../bitpro/wire.ts';
import { confirmedTids, type Baseline } from '../storage/records/settling-repo.ts';
import { observeRows } from './afterwards.ts';
import type { MoneyContext } from './context.ts';
import { readBaseline } from './history-reading.ts';
import { tidsThatStay } from './known-history.ts';
import { termsOf } from './matching.ts';
import { DAY_MS } from './paid.ts';
import type { SendLimit } from './send-limit.ts';

/** bitpro-api.md, ping: the only status it shows. */
const GOOD_STATUS = 'ok';

/** An answer about the environment counts for what is sent right after it. */
const ENVIRONMENT_GOOD_FOR_MS = 2_000;

/** A keychain that has not answered or gives no secret must not cost a request its one attempt. */
export async function checkSecret({ secretReady }: MoneyContext): Promise<void> {
  const problem = await secretReady();
  if (problem === null) return;
  const { code, message, retryable } = problem;
  throw new AppError(code, `${message} Nothing was sent.`, { retryable, cause: problem });
}

/**
 * product.md, Profiles: before a money request the app pings and refuses another environment. The answer also tells
 * the server's time, which the guards count with.
 */
export async function checkEnvironment(
  { client, profile, clock }: MoneyContext,
  limit: SendLimit,
): Promise<void> {
  const { name, environment } = profile();
  const expected = expectedEnvironment(environment);
  const askedAtMs = clock.monotonicMs();
  const { status, environment: answered } = await limit.within((signal) => client.ping(signal));
  if (answered !== expected) {
    throw new AppError(
      'wrong_environment',
      `The server says it is “${answered}”, but ${name} is a ${expected} profile. Nothing was sent.`,
    );
  }
  if (status !== GOOD_STATUS) {
    throw new AppError(
      'remote_failed',
      `Bitpro says of itself “${status.slice(0, 40)}” instead of “${GOOD_STATUS}”. Nothing was sent. ` +
        'Confirm again when it is well.',
    );
  }
  const toldAtMs = clock.observedAtMs();
  if (toldAtMs === null || toldAtMs < askedAtMs) {
    throw new AppError(
      'bad_response',
      'Bitpro’s answer does not say what time it is, and limits and waits are counted with its time. ' +
        'Nothing was sent. Confirm again.',
    );
  }
  limit.environmentAtMs = clock.monotonicMs();
}

/** Where so much time passed that it may be another one by now. */
export async function checkEnvironmentAgain(
  context: MoneyContext,
  limit: SendLimit,
): Promise<void> {
  const ageMs = context.clock.monotonicMs() - limit.environmentAtMs;
  if (ageMs > ENVIRONMENT_GOOD_FOR_MS) await checkEnvironment(context, limit);
}

/** What the history holds right before, so that the outcome can be told from it later. No listing shows clients. */
type BeforeSending = { baseline: Baseline; rows: readonly RemoteTransaction[] };

export async function baselineFor(
  context: MoneyContext,
  id: string,
  limit: SendLimit,
): Promise<BeforeSending | null> {
  const intent = context.journal.get(id);
  if (intent.kind === 'create_client') return null;
  const clientUid = given(intent.clientUid);
  const { client, clock, known, records } = context;
  const removed = known.removed(clientUid);
  const isWhole = known.isWhole(clientUid);
  // Withdrawals of the last day count for the limits, kept or not.
  const [first, ...more] = clock.datesWithin(DAY_MS).map(({ fromMs }) => fromMs);
  const reach = {
    atMs: clock.dateMs(),
    slackMs: Math.abs(clock.offsetMs()),
    downToMs: intent.kind === 'withdrawal' && first !== undefined ? Math.min(first, ...more) : null,
    // Rows may be missing below what is kept: the newest pages are read first.
    isKept: (tid: string) => isWhole && known.has(clientUid, tid),
  };
  const { rows, ...read } = await limit.within(async (signal) => {
    try {
      return await readBaseline(
        client,
        clientUid,
        reach,
        (floorMs) => ({
          listed: tidsThatStay(known.rowsSince(clientUid, floorMs)),
          answered: confirmedTids(records, clientUid, {
            sinceMs: floorMs,
            sentSinceMs: clock.nowMs() - DAY_MS,
          }).filter((tid) => !removed.has(tid)),
        }),
        signal,
      );
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const { code, message, retryable } = error;
      const what =
        'The history of the client could not be read before sending, so nothing was sent.';
      throw new AppError(code, `${what} ${message}`, { retryable, cause: error });
    }
  });
  observeRows(context, clientUid, rows);
  const baseline = withOlder(read, known.isWhole(clientUid), () =>
    known.rowsThatFit(clientUid, termsOf(intent)),
  );
  return { baseline, rows };
}

/** More that fit tell nothing any more. */
const MAX_ALIKE = 2000;

/** Where the whole history is known, all that could ever be taken for this one is named, whatever its date. */
function withOlder(
  read: Omit<Baseline, 'isWhole'>,
  isKnownWhole: boolean,
  alike: () => readonly RemoteTransaction[],
): Baseline {
  if (read.floorMs === null) return { ...read, isWhole: true };
  const rows = isKnownWhole ? alike() : [];
  if (!isKnownWhole || rows.length > MAX_ALIKE) return { ...read, isWhole: false };
  const older = new Set([...read.older, ...rows.map(({ tid }) => tid)]);
  return { ...read, older, isWhole: true };
}

/** The journal's own constraints say that these are there. */
export function given<T>(value: T | null): T {
  if (value === null) throw new Error('A field that its kind demands is missing from the journal');
  return value;
}
