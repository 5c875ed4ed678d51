import type { Draft } from '#shared/domain/intent.ts';
import type { Network } from '#shared/domain/profile.ts';
import { AppError, assertNever } from '#shared/errors.ts';
import { describeAmountProblem, parseBtc, parseUsd } from '#shared/money.ts';

/** A draft read: whole cents and satoshis, a checked address. */
export type Terms =
  | { kind: 'buy'; clientUid: string; usdCents: number; repeatReason: string | null }
  | {
      kind: 'withdrawal';
      clientUid: string;
      address: string;
      amountSats: number;
      repeatReason: string | null;
    }
  | { kind: 'create_client'; label: string };

/**
 * Reads what the operator typed. The code that knows addresses, 40 % of the main process's, is loaded with the
 * first of them.
 * @throws AppError `invalid_input` with `field` naming the input of the draft at fault
 */
export async function readDraft(draft: Draft, network: Network): Promise<Terms> {
  switch (draft.kind) {
    case 'buy':
      return {
        kind: 'buy',
        clientUid: draft.clientUid,
        usdCents: readAmount(draft.amountUsd, 'USD'),
        repeatReason: readReason(draft.reason),
      };
    case 'withdrawal': {
      const { checkAddress } = await import('./addresses.ts');
      return {
        kind: 'withdrawal',
        clientUid: draft.clientUid,
        address: checkAddress(draft.address, network).address,
        amountSats: readAmount(draft.amountBtc, 'BTC'),
        repeatReason: readReason(draft.reason),
      };
    }
    case 'create_client':
      return { kind: 'create_client', label: draft.label.trim() };
    default:
      return assertNever(draft);
  }
}

function readReason(text: string | undefined): string | null {
  return text?.trim() || null;
}

function readAmount(text: string, unit: 'BTC' | 'USD'): number {
  const reading = unit === 'BTC' ? parseBtc(text) : parseUsd(text);
  if (reading.ok) return reading.value;
  throw new AppError('invalid_input', describeAmountProblem(reading.problem, unit), {
    field: unit === 'BTC' ? 'amountBtc' : 'amountUsd',
  });
}
