import { addressKey } from '#shared/address-text.ts';
import type { Network } from '#shared/domain/profile.ts';
import { assertNever } from '#shared/errors.ts';
import { invisibleCharacter } from '#shared/text.ts';
import { addressFault, otherNetwork } from '../bitcoin/address-fault.ts';
import { addressProblem as problem, readPaymentLink } from './payment-link.ts';

export type CheckedAddress = {
  /** Canonical: bech32 in lower case, so that equal destinations are equal texts. */
  address: string;
  /** Decimal BTC of a bitcoin: link; null without one. */
  amountBtc: string | null;
  /** What was changed to read it, as a sentence; null when it was read as it stands. */
  note: string | null;
};

/**
 * Reads an address or a bitcoin: link (BIP 21, BIP 321) and checks it for the network: Base58Check, bech32 (BIP 173)
 * and bech32m (BIP 350). testnet3, testnet4 and signet cannot be told apart (api-readings.md, 27). White space that
 * mail, paper or a group of four brought into it is removed.
 * @throws AppError `invalid_input`, field `address`, saying what is wrong and what to do
 */
export function checkAddress(text: string, network: Network): CheckedAddress {
  const trimmed = text.trim();
  if (trimmed === '') throw problem('Enter a bitcoin address.');
  const isLink = /^bitcoin:/i.test(trimmed);
  // Within a link spaces may belong to a label; its address is looked at by itself.
  const whole = isLink ? trimmed.replaceAll(/[\r\n\t]+ */g, '') : withoutSpaces(trimmed);
  refuseHidden(whole, isLink);
  const { candidates, amountBtc } = isLink
    ? readPaymentLink(whole)
    : { candidates: [whole], amountBtc: null };
  const faultOf = (each: string) => addressFault(withoutSpaces(each), network);
  // One that is broken is refused, whatever else is offered beside it: what the eye saw is not what would be paid.
  const chosen =
    candidates.find((each) => faultOf(each) !== 'other_network') ?? candidates[0] ?? '';
  const bare = withoutSpaces(chosen);
  // Percent-encoded ones come to light only now.
  refuseHidden(bare, isLink);
  const address = canonicalAddress(bare, network);
  const isChanged = whole !== trimmed || bare !== chosen;
  const others = candidates.filter(
    (each) => addressKey(withoutSpaces(each)) !== address && faultOf(each) !== 'other_network',
  );
  return { address, amountBtc, note: noteOf(isChanged, others) };
}

function noteOf(isChanged: boolean, others: readonly string[]): string | null {
  const notes = [
    ...(isChanged ? [SPACES_REMOVED] : []),
    ...(others.length > 0 ? ['The link names more than one address: compare the one taken.'] : []),
  ];
  return notes.length === 0 ? null : notes.join(' ');
}

function refuseHidden(text: string, isLink: boolean): void {
  const hidden = invisibleCharacter(text);
  if (hidden === null) return;
  throw problem(
    `${isLink ? 'This link' : 'This address'} holds a character that cannot be seen: ${hidden}. Copy it again from its source.`,
  );
}

function withoutSpaces(text: string): string {
  // U+FEFF is white space to JavaScript and an invisible character to people.
  return text.replaceAll(/[^\S\uFEFF]+/g, '');
}

const SPACES_REMOVED = 'Spaces and line breaks inside it were removed.';

function canonicalAddress(address: string, network: Network): string {
  const fault = addressFault(address, network);
  switch (fault) {
    case null:
      return addressKey(address);
    case 'mixed_case':
      throw problem('This address mixes capital and small letters. Copy it again from its source.');
    case 'other_network':
      throw problem(
        `This address belongs to ${otherNetwork[network]}, and this profile pays on ${network}. ` +
          `Ask for a ${network} address.`,
      );
    case 'unsupported':
      throw problem(
        'This kind of address is not supported: bitcoin sent to it could be lost. Ask for another one.',
      );
    case 'malformed':
      throw problem(
        'This is not a valid bitcoin address. Check that it was copied whole, without a typing error.',
      );
    default:
      return assertNever(fault);
  }
}
