import { basename, dirname, join } from 'node:path';
import { app, dialog, type BrowserWindow, type FileFilter } from 'electron';

type SaveQuestion = {
  title: string;
  /** File name only; the folder is the one used last. */
  fileName: string;
  filters: FileFilter[];
};

let lastFolder: string | undefined;

/** Asks for one file to read; undefined when the operator cancels. */
export async function askWhichFile(
  parent: BrowserWindow,
  { title, filters }: Pick<SaveQuestion, 'title' | 'filters'>,
): Promise<string | undefined> {
  const { canceled, filePaths } = await dialog.showOpenDialog(parent, {
    title,
    defaultPath: lastFolder ?? app.getPath('documents'),
    filters,
    properties: ['openFile'],
  });
  const [path] = canceled ? [] : filePaths;
  if (path !== undefined) lastFolder = dirname(path);
  return path;
}

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
