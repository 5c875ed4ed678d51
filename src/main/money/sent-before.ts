import type { Intent } from '#shared/domain/intent.ts';
import { AppError } from '#shared/errors.ts';
import { findAlike } from '../storage/cache/alike-repo.ts';
import type { CacheDb } from '../storage/open.ts';

/** Dates of the service have whole seconds, and the two clocks are compared with one offset. */
const SLACK_MS = 60_000;
/** As much as a price may move before a buy is somebody else's. */
const BUY_TOLERANCE = 0.05;

/**
 * A request that waited may have been sent by another life of this machine: one that was set back to a snapshot with
 * its keychain knows nothing of it. The history does, which must have been read just before.
 * @param sinceMs the earliest date that the service may have given to what came after it was journaled
 * @throws AppError conflict when the history shows it already
 */
export function refuseSentBefore(cache: CacheDb, intent: Intent, sinceMs: number): void {
  const { kind, clientUid, address, amountSats, expectedSats } = intent;
  if (kind === 'create_client' || clientUid === null) return;
  const sats = (kind === 'buy' ? expectedSats : amountSats) ?? 0;
  const slack = kind === 'buy' ? Math.ceil(sats * BUY_TOLERANCE) : 0;
  const found = findAlike(cache, {
    clientUid,
    kind,
    address,
    fromSats: sats - slack,
    toSats: sats + slack,
    sinceMs: sinceMs - SLACK_MS,
  });
  if (found === null) return;
  throw new AppError(
    'conflict',
    `Bitpro lists it already, as transaction ${found.tid}, made after it was prepared here: it may have gone from ` +
      'another copy of these records. Nothing was sent again. Compare the two; if another payment is meant, discard ' +
      'this one and prepare it anew.',
  );
}
