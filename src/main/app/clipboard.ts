import { setTimeout } from 'node:timers/promises';
import type { Clipboard } from 'electron';
import { AppError } from '#shared/errors.ts';

/** Clipboard managers and remote desktops hold the clipboard for a moment after every copy. */
const READ_BACK_MS = [0, 80, 250];

/**
 * Copies and reads back: malware that swaps addresses on the clipboard is the known way to lose a deposit. One reading
 * that fails proves nothing, and a clipboard that cannot be read at all is said to be that.
 * @throws AppError internal when it cannot be written, not be read back, or then holds something else
 */
export async function copyVerified(
  clipboard: Pick<Clipboard, 'readText' | 'writeText'>,
  text: string,
): Promise<void> {
  try {
    await clipboard.writeText(text);
  } catch (cause) {
    const message = 'The clipboard cannot be written now. Wait a moment and copy again.';
    throw new AppError('internal', message, { cause });
  }
  let failure: unknown;
  let other = false;
  for (const waitMs of READ_BACK_MS) {
    await setTimeout(waitMs);
    try {
      if ((await clipboard.readText()) === text) return;
      other = true;
    } catch (cause) {
      failure = cause;
    }
  }
  if (other) {
    throw new AppError(
      'internal',
      'The clipboard holds something other than what was copied. Do not paste; look for clipboard malware.',
    );
  }
  throw new AppError(
    'internal',
    'It was copied, but the clipboard cannot be read back to check it. Compare what you paste with what is shown here.',
    { cause: failure },
  );
}
