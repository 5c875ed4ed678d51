import type { ErrorCode } from '#shared/errors.ts';
import type { ClientProblem } from './client.ts';

export const refusedCodes: ReadonlySet<ErrorCode> = new Set([
  'not_found',
  'remote_rejected',
  'invalid_input',
  'not_bitpro',
]);

/** Bitpro answered, and wants nothing of this uid: no reading will ever be of use. */
export function isRefused({ code }: Pick<ClientProblem, 'code'>): boolean {
  return refusedCodes.has(code);
}
