import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

/**
 * Runs statements and dot-commands in the sqlite3 program; what it prints goes nowhere.
 * @returns milliseconds of the whole process
 */
export function runCli(database: string, script: string): number {
  const nowhere = openSync('/dev/null', 'w');
  const startMs = performance.now();
  const { status, stderr } = spawnSync('sqlite3', ['-bail', database], {
    input: script,
    encoding: 'utf8',
    stdio: ['pipe', nowhere, 'pipe'],
  });
  const ms = performance.now() - startMs;
  closeSync(nowhere);
  if (status !== 0 || stderr !== '') throw new Error(`sqlite3: ${stderr}`);
  return ms;
}

/** Milliseconds for one statement of many, without what starting the program and attaching costs. */
export function cliMsEach(
  { cachePath, recordsPath }: { cachePath: string; recordsPath: string },
  queries: readonly string[],
): number {
  const attach = `ATTACH '${recordsPath}' AS records;\nSELECT count(*) FROM main.states;\n`;
  const startMs = runCli(cachePath, attach);
  return (runCli(cachePath, attach + queries.join('\n')) - startMs) / queries.length;
}

export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
