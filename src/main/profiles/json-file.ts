import { existsSync, readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { AppError } from '#shared/errors.ts';
import { renameDurably, writeFileDurably } from '../storage/durable-file.ts';

/** Told where a file went that could not be read. It is kept there and never deleted. */
export type SetAsideReport = { path: string; keptAs: string; reason: string };

type JsonFile<T> = { read(): T | null; write(value: T): void };

const versioned = z.object({ version: z.int() });

/**
 * A small JSON file with a version, in userData. `read` gives null when there is none; one that cannot be
 * read is renamed and reported, and counts as none.
 * @throws AppError storage_newer for a file of a later version of the app, storage_failed or disk_full when
 * the disk refuses
 */
export function openJsonFile<Schema extends z.ZodMiniType>(options: {
  path: string;
  version: number;
  schema: Schema;
  now: () => number;
  onSetAside: (report: SetAsideReport) => void;
}): JsonFile<z.infer<Schema>> {
  const { path, version, schema, now, onSetAside } = options;

  function setAside(reason: string): null {
    const keptAs = `${path}.unreadable-${new Date(now()).toISOString().replaceAll(':', '-')}`;
    renameDurably(path, keptAs);
    onSetAside({ path, keptAs, reason });
    return null;
  }

  return {
    read: () =>
      onDisk(path, () => {
        if (!existsSync(path)) return null;
        const value = parseJson(readFileSync(path, 'utf8'));
        const head = z.safeParse(versioned, value);
        if (head.success && head.data.version > version) throw newerFile(path);
        const parsed = z.safeParse(schema, value);
        return parsed.success ? parsed.data : setAside(z.prettifyError(parsed.error));
      }),
    write: (value) =>
      onDisk(path, () => {
        writeFileDurably(path, `${JSON.stringify(value, null, 2)}\n`);
      }),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function newerFile(path: string): AppError {
  return new AppError(
    'storage_newer',
    `${path} was written by a later version of Bitpro Desk. Install that version to go on.`,
  );
}

function onDisk<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Error) || error instanceof AppError) throw error;
    if ('code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')) {
      const message = `The disk is full: ${path} could not be written. Free some space and try again.`;
      throw new AppError('disk_full', message, { cause: error });
    }
    const message = `${path} cannot be read or written (${error.message}). Give this account the right to, or move the file away to start without it, and start again.`;
    throw new AppError('storage_failed', message, { cause: error });
  }
}
