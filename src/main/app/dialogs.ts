import { basename, dirname, join } from 'node:path';
import { app, dialog, type BrowserWindow, type FileFilter } from 'electron';

type SaveQuestion = {
  title: string;
  /** File name only; the folder is the one used last. */
  fileName: string;
  filters: FileFilter[];
};

let lastFolder: string | undefined;

/** Asks where to save; undefined when the operator cancels. The system asks before overwriting. */
export async function askWhereToSave(
  parent: BrowserWindow,
  { title, fileName, filters }: SaveQuestion,
): Promise<string | undefined> {
  const folder = lastFolder ?? app.getPath('documents');
  const answer = await dialog.showSaveDialog(parent, {
    title,
    defaultPath: join(folder, basename(fileName)),
    filters,
    properties: ['createDirectory', 'showOverwriteConfirmation'],
  });
  if (answer.canceled || answer.filePath === '') return undefined;
  lastFolder = dirname(answer.filePath);
  return answer.filePath;
}

/** Asks for one file to read; undefined when the operator cancels. */
export async function askWhichFile(
  parent: BrowserWindow,
  { title, filters }: { title: string; filters: FileFilter[] },
): Promise<string | undefined> {
  const answer = await dialog.showOpenDialog(parent, { title, filters, properties: ['openFile'] });
  return answer.canceled ? undefined : answer.filePaths[0];
}
