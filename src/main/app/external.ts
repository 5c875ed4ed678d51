import { shell } from 'electron';
import { AppError } from '#shared/errors.ts';

/** Hands an https address to the system's browser; anything else could start a program. */
export async function openExternal(url: string): Promise<void> {
  await shell.openExternal(checkedUrl(url));
}

/** Shows a file the operator saved in the system's file manager. */
export function showInFolder(path: string): void {
  shell.showItemInFolder(path);
}

function checkedUrl(url: string): string {
  if (!URL.canParse(url)) throw refusal();
  const parsed = new URL(url);
  if (parsed.protocol !== 'https:' || parsed.username !== '' || parsed.password !== '') {
    throw refusal();
  }
  return parsed.href;
}

function refusal(): AppError {
  return new AppError('forbidden', 'Only https addresses are opened in the browser.');
}
