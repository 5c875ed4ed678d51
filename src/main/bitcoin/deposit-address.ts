import type { Network } from '#shared/domain/profile.ts';
import type { AddressFault } from './address-fault.ts';

/** Why nobody may be given a deposit address, as a sentence; `others`: clients it is reported for as well. */
export function depositAddressProblem(
  fault: AddressFault | null,
  network: Network,
  others: readonly { uid: string; label: string }[],
): string | null {
  return describeFault(fault, network) ?? describeShared(others);
}

function describeFault(fault: AddressFault | null, network: Network): string | null {
  const other = network === 'mainnet' ? 'testnet' : 'mainnet';
  const sentences = {
    mixed_case: 'Bitpro reports an address that mixes capital and small letters.',
    other_network: `Bitpro reports an address of ${other}, and this profile is on ${network}.`,
    unsupported:
      'Bitpro reports a kind of address that is not supported: bitcoin sent to it could be lost.',
    malformed: 'Bitpro reports an address that is not a valid bitcoin address.',
  };
  return fault === null ? null : sentences[fault];
}

function describeShared(others: readonly { uid: string; label: string }[]): string | null {
  const [first, ...more] = others;
  if (first === undefined) return null;
  const name = first.label === '' ? first.uid : `“${first.label}” (${first.uid})`;
  const rest = more.length === 0 ? '' : ` and ${more.length} more`;
  return `Bitpro reports the same address for ${name}${rest}, so it is not known who would be paid.`;
}
