import { app, dialog } from 'electron';
import { AppError } from '#shared/errors.ts';

/**
 * Says why the app cannot start and ends it. Without this it would go on without a window, and hold the lock against
 * every later start. The box works before `ready` too; on Linux it is then a line on the terminal.
 */
export function failToStart(error: unknown, logPath?: string): void {
  const reason =
    error instanceof AppError
      ? error.message
      : `Something unexpected went wrong: ${error instanceof Error ? error.message : String(error)}`;
  const where = logPath === undefined ? '' : `\n\nDetails are in ${logPath}.`;
  dialog.showErrorBox(
    'Bitpro Desk cannot start',
    `${reason}${where}\n\nNothing was changed or sent.`,
  );
  app.exit(1);
}
