import { clipboard } from 'electron';
import { AppError } from '#shared/errors.ts';

/**
 * Copies and reads back: malware that swaps addresses on the clipboard is the known way to lose a deposit.
 * Throws `internal` when the clipboard then holds something else.
 */
export async function copyVerified(text: string): Promise<void> {
  await clipboard.writeText(text);
  const copied = await clipboard.readText();
  if (copied === text) return;
  throw new AppError(
    'internal',
    'The clipboard holds something other than what was copied. Do not paste; look for clipboard malware.',
  );
}
