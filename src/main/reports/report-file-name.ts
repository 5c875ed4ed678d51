import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { Environment } from '#shared/domain/profile.ts';
import type { ReportRequest } from '#shared/domain/report.ts';
import * as z from 'zod/mini';
import { AppError } from '#shared/errors.ts';
import { visibleText } from '#shared/text.ts';
import { manifestPathOf } from './manifest.ts';
import { spreadsheetPathOf } from './spreadsheet.ts';

/** Proposed name: sorts by kind and range, and names the environment, so that no test report passes for a real one. */
export function reportFileName(request: ReportRequest, environment: Environment): string {
  const { report, fromDay, toDay, clientUid } = request;
  const parts = ['bitpro', environment, report, ...(clientUid === undefined ? [] : [clientUid])];
  return `${parts.join('-')}-${fromDay}-to-${toDay}.csv`;
}

/**
 * Where a report will be: `.csv` is added where it is missing, so that no two reports of a folder share a manifest.
 * @throws AppError conflict when there is a file of that name, which nobody was asked about
 */
export function reportPath(chosen: string): string {
  if (/\.csv$/i.test(chosen)) return chosen;
  if (isFolder(chosen)) {
    throw new AppError('invalid_input', `${visibleText(chosen)} is a folder. Choose a file name.`);
  }
  const path = `${chosen}.csv`;
  if (!existsSync(path)) return path;
  throw new AppError(
    'conflict',
    `There is a file ${basename(path)} in this folder already. Choose it, to have it replaced, or another name.`,
  );
}

/**
 * Where the copy of a report will be. Nobody is asked about it, so it replaces an earlier copy of the same report alone.
 * @throws AppError conflict when another file is there
 */
export function copyPath(path: string): string {
  const copy = spreadsheetPathOf(path);
  if (!existsSync(copy) || copyInManifest(manifestPathOf(path)) === basename(copy)) return copy;
  throw new AppError(
    'conflict',
    `The copy for spreadsheets would replace ${basename(copy)}, a file that is no copy of this report. Remove it, or choose another name.`,
  );
}

const copyNameSchema = z.object({ spreadsheet: z.object({ name: z.string() }) });

function copyInManifest(manifestPath: string): string | null {
  try {
    return z.parse(copyNameSchema, JSON.parse(readFileSync(manifestPath, 'utf8'))).spreadsheet.name;
  } catch {
    return null;
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
