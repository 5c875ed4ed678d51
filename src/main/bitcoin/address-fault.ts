import { Address, NETWORK, OutScript, TEST_NETWORK } from '@scure/btc-signer';
import { addressKey, isBech32 } from '#shared/address-text.ts';
import type { Network } from '#shared/domain/profile.ts';

const btcNetworks = { mainnet: NETWORK, testnet: TEST_NETWORK } as const;
export const otherNetwork = { mainnet: 'testnet', testnet: 'mainnet' } as const;

export type AddressFault = 'mixed_case' | 'other_network' | 'unsupported' | 'malformed';

/** Why nobody should be paid at this address on this network; null when it can be used. */
export function addressFault(address: string, network: Network): AddressFault | null {
  const canonical = addressKey(address);
  if (isBech32(address) && address !== canonical && address !== address.toUpperCase()) {
    return 'mixed_case';
  }
  const verdict = decode(canonical, network);
  if (verdict === 'valid') return null;
  if (decode(canonical, otherNetwork[network]) === 'valid') return 'other_network';
  return verdict;
}

/** `unsupported`: well-formed, but of a witness version or program that nobody can be shown to own. */
function decode(address: string, network: Network): 'valid' | 'unsupported' | 'malformed' {
  try {
    const destination = Address(btcNetworks[network]).decode(address);
    // Pay-to-anchor outputs can be spent by anyone (BIP 433).
    if (destination.type === 'p2a') return 'unsupported';
    return isPayable(destination) ? 'valid' : 'unsupported';
  } catch (error) {
    const isWitness = error instanceof Error && /^Unknown witness|^Witness:/.test(error.message);
    return isWitness ? 'unsupported' : 'malformed';
  }
}

/** False for a taproot key that is no point of the curve: nobody could ever spend from it (BIP 341). */
function isPayable(destination: Parameters<typeof OutScript.encode>[0]): boolean {
  try {
    OutScript.encode(destination);
    return true;
  } catch {
    return false;
  }
}
