/** Decimal text to whole units and back, without floats (api-readings.md 15 and 18). */

const satsPerBtc = 100_000_000n;

/**
 * Reads plain decimal text into whole units of 10^-decimals.
 * Undefined for anything else: signs, exponents, commas, or more decimals than the unit has.
 */
export function parseDecimal(text: string | undefined, decimals: number): bigint | undefined {
  const match = /^(\d+)(?:\.(\d+))?$/.exec(text ?? '');
  if (match === null) return undefined;
  const [, whole = '', fraction = ''] = match;
  const significant = fraction.replace(/0+$/, '');
  if (significant.length > decimals) return undefined;
  return BigInt(whole + significant.padEnd(decimals, '0'));
}

/** Satoshis as the reference writes BTC: "0.0", "0.1", "1.22779733". */
export function formatBtc(sats: number): string {
  const sign = sats < 0 ? '-' : '';
  const digits = String(Math.abs(sats)).padStart(9, '0');
  const fraction = digits.slice(-8).replace(/0+$/, '') || '0';
  return `${sign}${digits.slice(0, -8)}.${fraction}`;
}

/** Cents as the reference writes prices: "1225.10". */
export function formatUsd(cents: number): string {
  const digits = String(cents).padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** Satoshis bought for `fiatCents` at `priceCents` a BTC, floored to 8 decimals. */
export function satsBought(fiatCents: bigint, priceCents: number): bigint {
  return (fiatCents * satsPerBtc) / BigInt(priceCents);
}
