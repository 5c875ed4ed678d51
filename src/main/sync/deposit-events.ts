import { isSettling } from '#shared/domain/transaction.ts';
import type { SavedTransaction } from '../storage/cache/transactions-repo.ts';

export type DepositEvent = {
  clientUid: string;
  tid: string;
  /** A deposit first seen with all its confirmations is `confirmed` alone. */
  kind: 'new' | 'confirmed';
  amountSats: number;
};

/** What is worth telling the operator about rows just saved: each deposit at most once `new` and once `confirmed`. */
export function depositEvents(
  clientUid: string,
  saved: readonly SavedTransaction[],
): DepositEvent[] {
  return saved.flatMap(({ tid, before, after }) => {
    if (after.type !== 'deposit') return [];
    const isFinal = !isSettling(after);
    const wasFinal = before !== null && !isSettling(before);
    if (wasFinal || (before !== null && !isFinal)) return [];
    return [{ clientUid, tid, kind: isFinal ? 'confirmed' : 'new', amountSats: after.amountSats }];
  });
}
