import { isAddress } from './addresses.ts';
import { formatBtc, parseDecimal, satsBought } from './amounts.ts';
import type { SandboxSettings } from './options.ts';

/** What a buy or a withdrawal must fulfil; the error texts are those of bitpro-api.md. */

export type Checked<T> =
  { valid: true; value: T } | { valid: false; errors: [string, ...string[]] };

export type Params = ReadonlyMap<string, string>;

/** All bitcoin there will ever be, in satoshis. */
const maxSats = 2_100_000_000_000_000n;

export function checkBuy(params: Params, priceCents: number): Checked<{ amountSats: number }> {
  const fiatCents = parseDecimal(params.get('traded_fiat'), 2) ?? 0n;
  const amountSats = satsBought(fiatCents, priceCents);
  if (amountSats === 0n) {
    return { valid: false, errors: ['Traded fiat must be greater than 0'] };
  }
  if (amountSats > maxSats) return { valid: false, errors: ['Traded fiat is too large'] };
  return { valid: true, value: { amountSats: Number(amountSats) } };
}

/**
 * The address is looked at before the amount, and the minimum before the balance, so that the
 * first error names what the caller has to mend whatever the balance is.
 */
export function checkWithdrawal(
  params: Params,
  availableSats: number,
  settings: Pick<SandboxSettings, 'network' | 'minimumWithdrawalSats'>,
): Checked<{ amountSats: number; address: string }> {
  const address = params.get('address') ?? '';
  const amountSats = parseDecimal(params.get('amount'), 8) ?? 0n;
  const minimumSats = settings.minimumWithdrawalSats;

  const errors: string[] = [];
  if (address.trim() === '') errors.push("Address can't be blank");
  else if (!isAddress(address, settings.network)) {
    errors.push('Address is not a valid bitcoin address');
  }
  if (amountSats < BigInt(minimumSats)) {
    errors.push(`Amount should not be smaller than ${formatBtc(minimumSats)} BTC`);
  } else if (amountSats > BigInt(Math.max(availableSats, 0))) {
    errors.push('Amount is greater than your available balance');
  }

  const [first, ...rest] = errors;
  if (first !== undefined) return { valid: false, errors: [first, ...rest] };
  return { valid: true, value: { amountSats: Number(amountSats), address } };
}
