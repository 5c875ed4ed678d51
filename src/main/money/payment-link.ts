import { AppError } from '#shared/errors.ts';
import { describeAmountProblem, parseBtc, toDecimal } from '#shared/money.ts';

export type PaymentLink = {
  /** Addresses that the link may be paid at, its own first, with any white space in them; not checked yet. */
  candidates: string[];
  /** Decimal BTC; null without one. */
  amountBtc: string | null;
};

/** Keys that name an on-chain address by the beginning of its kind (BIP 321). */
const addressKeys: readonly string[] = ['bc', 'tb'];
/** Ways to pay that are not on the chain, or that Bitpro cannot pay to. */
const otherWays: readonly string[] = ['lightning', 'lno', 'sp', 'pay', 'ark'];

/**
 * A bitcoin: link in any of its writings: BIP 21 and BIP 321, `bitcoin://`, capitals as QR codes carry them.
 * @throws AppError `invalid_input`, field `address`
 */
export function readPaymentLink(link: string): PaymentLink {
  const [, path = '', query = ''] = /^bitcoin:\/*([^?]*)\??(.*)$/is.exec(link) ?? [];
  const own = decoded(path).replace(/\/+\s*$/, '');
  const named: string[] = [];
  let amountBtc: string | null = null;
  let hasOtherWay = false;
  for (const [name, value] of new URLSearchParams(query)) {
    const key = name.trim().toLowerCase();
    if (key.startsWith('req-')) {
      throw addressProblem(
        `This bitcoin: link demands “${key}”, which is not supported. Do not pay it.`,
      );
    }
    if (addressKeys.includes(key) && value.trim() !== '') named.push(value);
    hasOtherWay ||= otherWays.includes(key);
    if (key !== 'amount') continue;
    if (amountBtc !== null) throw addressProblem('This bitcoin: link names more than one amount.');
    amountBtc = readAmount(value.trim());
  }
  const candidates = own.trim() === '' ? named : [own, ...named];
  if (candidates.length > 0) return { candidates, amountBtc };
  throw addressProblem(
    hasOtherWay
      ? 'This bitcoin: link can only be paid in another way than on the chain. Ask for a bitcoin address.'
      : 'This bitcoin: link names no address.',
  );
}

/** BIP 21 writes amounts with a point and nothing else; zeros behind the eighth decimal say nothing. */
function readAmount(text: string): string {
  const isPlain = /^\d*\.?\d*$/.test(text);
  const amount = parseBtc(isPlain ? text.replace(/(\.\d{8})0+$/, '$1') : text);
  if (isPlain && amount.ok) return toDecimal(amount.value, 8);
  const why = describeAmountProblem(amount.ok ? 'not_a_number' : amount.problem, 'BTC');
  throw addressProblem(`The amount in this bitcoin: link cannot be used. ${why}`);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function addressProblem(message: string): AppError {
  return new AppError('invalid_input', message, { field: 'address' });
}
