import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

const MAX_BYTES = 1_000_000;
const MAX_CAUSES = 5;

export type Log = (event: string, error: unknown) => void;

/**
 * The local log: one JSON line a failure, with its stack and causes, for whoever looks into it later. The former
 * file is kept once. Callers never pass secrets, and errors hold none. Never throws.
 */
export function createLog(path: string, now: () => number): Log {
  return (event, error) => {
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > MAX_BYTES) {
        renameSync(path, `${path}.1`);
      }
      const line = { at: new Date(now()).toISOString(), event, causes: causesOf(error) };
      appendFileSync(path, `${JSON.stringify(line)}\n`, { mode: 0o600 });
    } catch (failure) {
      console.error('The log cannot be written:', failure);
    }
  };
}

function causesOf(error: unknown): string[] {
  const causes: string[] = [];
  let current = error;
  while (current !== undefined && causes.length < MAX_CAUSES) {
    causes.push(
      current instanceof Error ? (current.stack ?? current.message) : JSON.stringify(current),
    );
    current = current instanceof Error ? current.cause : undefined;
  }
  return causes;
}
