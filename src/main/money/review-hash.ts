import { createHash } from 'node:crypto';
import type { Profile } from '#shared/domain/profile.ts';
import type { NewIntent } from '../storage/records/intents-repo.ts';

/**
 * SHA-256, in hex, over all that an operator agrees to: the journaled fields, and the profile they are sent
 * with. The confirm call returns it, so a review of anything else confirms nothing (money-safety.md, 10).
 */
export function reviewHash(
  intent: NewIntent,
  profile: Pick<Profile, 'id' | 'environment'>,
): string {
  const agreed = [
    profile.id,
    profile.environment,
    intent.id,
    intent.kind,
    intent.clientUid,
    intent.usdCents,
    intent.amountSats,
    intent.address,
    intent.label,
    intent.quotedPriceCents,
    intent.quoteObservedAtMs,
    intent.quoteExpiresAtMs,
    intent.expectedSats,
    intent.createdAtMs,
    intent.repeatReason,
  ];
  return createHash('sha256').update(JSON.stringify(agreed)).digest('hex');
}
