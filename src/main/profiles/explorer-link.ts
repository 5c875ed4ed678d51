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

/** Empty, or an https template with {txid}. */
export function readExplorerUrl(typed: string): string {
  const template = typed.trim();
  if (template === '') return '';
  const sample = template.replaceAll('{txid}', '0'.repeat(64));
  const isUsable =
    template.includes('{txid}') && URL.canParse(sample) && new URL(sample).protocol === 'https:';
  if (isUsable) return template;
  throw new AppError(
    'invalid_input',
    'Enter an https address with {txid} where the transaction id belongs, or leave it empty.',
    { field: 'explorerUrl' },
  );
}
