/**
 * Bitcoin as whole satoshis and dollars as whole cents, both safe integers. Text is read digit by digit;
 * no value ever passes through a float (api-readings.md, 6 and 15).
 */

export const SATS_PER_BTC = 100_000_000;
/** All bitcoin there will ever be. An amount above it is a typing error. */
export const MAX_SATS = 21_000_000 * SATS_PER_BTC;
/** Ten billion dollars: more than any single buy, far below the safe integers. */
export const MAX_CENTS = 1_000_000_000_000;

export type AmountProblem =
  | 'empty'
  | 'not_a_number'
  | 'comma'
  | 'ambiguous'
  | 'negative'
  | 'zero'
  | 'too_many_decimals'
  | 'too_large';

export type AmountReading = { ok: true; value: number } | { ok: false; problem: AmountProblem };

/**
 * What an operator typed or pasted as BTC, in satoshis. At most 8 decimals, more than 0, at most 21 million. Groups of
 * thousands and the unit are read where they can mean one thing only.
 */
export function parseBtc(text: string): AmountReading {
  return parseTyped(withoutUnit(text, /^(?:BTC|₿)\s*|\s*(?:BTC|₿)$/giu), 8, MAX_SATS);
}

/** What an operator typed or pasted as USD, in cents. At most 2 decimals, more than 0; as above. */
export function parseUsd(text: string): AmountReading {
  return parseTyped(withoutUnit(text, /^(?:USD|US\$|\$)\s*|\s*(?:USD|US\$|\$)$/giu), 2, MAX_CENTS);
}

/** The amount in full where it was typed in another form than digits and a point; null where nothing is to be said. */
export function readAs(text: string, unit: 'BTC' | 'USD'): string | null {
  const reading = unit === 'BTC' ? parseBtc(text) : parseUsd(text);
  if (!reading.ok || /^\d*\.?\d*$/.test(text.trim())) return null;
  return `Read as ${unit === 'BTC' ? formatBtc(reading.value) : formatUsd(reading.value)} ${unit}.`;
}

/** Spaces of every width are one; the minus keeps its own check. */
function withoutUnit(text: string, unit: RegExp): string {
  return text
    .replaceAll(/[\s\u00A0\u2000-\u200A\u202F\u205F\u3000]+/g, ' ')
    .trim()
    .replace(unit, '')
    .trim();
}

function parseTyped(text: string, scale: number, max: number): AmountReading {
  if (text === '') return { ok: false, problem: 'empty' };
  if (/^[-\u2212]/.test(text)) return { ok: false, problem: 'negative' };
  // A single group behind a comma may be decimals where there can be three of them.
  if (scale > 2 && /^[1-9]\d{0,2},\d{3}$/.test(text)) return { ok: false, problem: 'ambiguous' };
  const plain = ungroup(text);
  if (/^[+]?[\d. ]*,[\d., ]*$/.test(plain)) return { ok: false, problem: 'comma' };
  const match = /^(\d*)(?:\.(\d*))?$/.exec(plain);
  const whole = match?.[1] ?? '';
  const fraction = match?.[2] ?? '';
  if (!match || whole + fraction === '') return { ok: false, problem: 'not_a_number' };
  if (fraction.length > scale) return { ok: false, problem: 'too_many_decimals' };
  const digits = (whole + fraction.padEnd(scale, '0')).replace(/^0+/, '');
  if (digits === '') return { ok: false, problem: 'zero' };
  if (digits.length > 16 || Number(digits) > max) return { ok: false, problem: 'too_large' };
  return { ok: true, value: Number(digits) };
}

/** Thousands in threes, all divided by the same sign, before a point or the end. */
function ungroup(text: string): string {
  const isGrouped = /^[1-9]\d{0,2}([, '\u2019])\d{3}(?:\1\d{3})*(?:\.\d*)?$/.test(text);
  return isGrouped ? text.replaceAll(/[, '\u2019]/g, '') : text;
}

/** One sentence for each problem: what is wrong and what to type instead. */
export function describeAmountProblem(problem: AmountProblem, unit: 'BTC' | 'USD'): string {
  const decimals = unit === 'BTC' ? 8 : 2;
  const point =
    'Use a point for decimals and no thousands separators. Fifteen hundred is 1500, one and a half is 1.5.';
  const messages: Record<AmountProblem, string> = {
    empty: `Enter an amount in ${unit}.`,
    not_a_number: `Enter digits only, for example ${unit === 'BTC' ? '0.25' : '1500.00'}.`,
    comma: point,
    ambiguous: `This comma could stand before decimals or after thousands. ${point}`,
    negative: 'The amount must be greater than 0.',
    zero: 'The amount must be greater than 0.',
    too_many_decimals: `${unit} has at most ${decimals} decimals.`,
    too_large:
      unit === 'BTC' ? 'There are only 21 million BTC.' : 'The amount is too large for one buy.',
  };
  return messages[problem];
}

/**
 * A decimal of the wire in whole units of 10^-scale. Accepts a sign and an exponent, since a JSON number is
 * read from its own digits (api-readings.md, 15 and 16).
 * @returns null when the text is no decimal, or needs more precision or range than whole units have
 */
export function readDecimal(text: string, scale: number): number | null {
  const match = /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text.trim());
  if (!match) return null;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const shift = scale - fraction.length + Number(exponent);
  let digits = whole + fraction;
  if (shift >= 0) digits += '0'.repeat(shift);
  else {
    const cut = digits.padStart(-shift + 1, '0');
    if (/[1-9]/.test(cut.slice(shift))) return null;
    digits = cut.slice(0, shift);
  }
  const significant = digits.replace(/^0+/, '') || '0';
  if (significant.length > 16) return null;
  const value = Number(significant);
  if (!Number.isSafeInteger(value)) return null;
  return sign === '-' && value !== 0 ? -value : value;
}

/** Adds whole units; throws RangeError instead of losing a digit. */
export function addUnits(...values: readonly number[]): number {
  let sum = 0;
  let areSafe = true;
  for (const value of values) {
    sum += value;
    areSafe &&= Number.isSafeInteger(value);
  }
  if (areSafe && Number.isSafeInteger(sum)) return sum;
  throw new RangeError('Sum exceeds the safe integers');
}

/**
 * Satoshis that `cents` buy at `priceCents` a bitcoin, floored (api-readings.md, 18).
 * @returns null for more than all bitcoin there will ever be: then amount or price are wrong
 */
export function satsForCents(cents: number, priceCents: number): number | null {
  const sats = (BigInt(cents) * BigInt(SATS_PER_BTC)) / BigInt(priceCents);
  return sats > MAX_SATS ? null : Number(sats);
}

/** Value of `sats` at `priceCents` a bitcoin, in cents, rounded half up. */
export function centsForSats(sats: number, priceCents: number): number {
  const half = SATS_PER_BTC / 2;
  const raised = sats * priceCents + half;
  // Nearly always: on safe integers % is exact, and several times quicker than BigInt.
  if (raised >= half && raised <= Number.MAX_SAFE_INTEGER) {
    return (raised - (raised % SATS_PER_BTC)) / SATS_PER_BTC;
  }
  const scaled = BigInt(sats) * BigInt(priceCents);
  const unit = BigInt(SATS_PER_BTC);
  return Number((scaled + (scaled < 0n ? -unit : unit) / 2n) / unit);
}

/** Price in cents a bitcoin that `cents` for `sats` comes to, rounded half up. */
export function impliedPriceCents(cents: number, sats: number): number {
  const numerator = BigInt(cents) * BigInt(SATS_PER_BTC);
  return Number((numerator + BigInt(sats) / 2n) / BigInt(sats));
}

/** Plain decimal as sent on the wire and written in reports: `1.2`, `0.05`, `-3`. Never an exponent. */
export function toDecimal(units: number, scale: number, keepZeros = false): string {
  const negative = units < 0;
  const digits = String(Math.abs(units));
  const point = Math.max(0, digits.length - scale);
  const whole = digits.slice(0, point) || '0';
  let fraction = digits.slice(point).padStart(scale, '0');
  if (!keepZeros) fraction = fraction.replace(/0+$/, '');
  return `${negative ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

const MINUS = '\u2212';

function group(decimal: string): string {
  const [whole = '', fraction] = decimal.replace('-', '').split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  return `${decimal.startsWith('-') ? MINUS : ''}${grouped}${fraction === undefined ? '' : `.${fraction}`}`;
}

/** For the screen: always 8 decimals, grouped, U+2212 for minus, no unit. */
export function formatBtc(sats: number): string {
  return group(toDecimal(sats, 8, true));
}

/** For the screen: always 2 decimals, grouped, U+2212 for minus, no unit. */
export function formatUsd(cents: number): string {
  return group(toDecimal(cents, 2, true));
}
