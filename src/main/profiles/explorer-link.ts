import type { Profile } from '#shared/domain/profile.ts';
import { AppError } from '#shared/errors.ts';

/**
 * Where a block explorer shows a transaction, by the profile's template (api-readings.md, 28).
 * @throws AppError invalid_input when the profile has no explorer or the transaction no id on a chain
 */
export function explorerLink(
  { explorerUrl }: Pick<Profile, 'explorerUrl'>,
  { txId }: { txId: string | null },
): string {
  if (explorerUrl === '') {
    throw new AppError('invalid_input', 'This profile has no block explorer. Set one in Settings.');
  }
  if (txId === null) {
    throw new AppError('invalid_input', 'This transaction has no id on the blockchain.');
  }
  return explorerUrl.replace('{txid}', encodeURIComponent(txId));
}
