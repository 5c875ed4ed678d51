/**
 * One text for one destination: bech32 may be written in capitals (BIP 173), Base58 tells letter case apart.
 * It says nothing of whether the address is valid.
 */
export function addressKey(address: string): string {
  return isBech32(address) ? address.toLowerCase() : address;
}

export function isBech32(address: string): boolean {
  return /^(?:bc|tb)1/i.test(address);
}
