import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { inspect } from 'node:util';

/** With the two files before it, the log takes at most three times this, and a line, of the disk. */
const MAX_FILE_BYTES = 1_000_000;
const MAX_EVENT_CHARACTERS = 200;
const MAX_CAUSE_CHARACTERS = 4000;
const MAX_CAUSES = 5;

export type Log = (event: string, error: unknown) => void;

/**
 * The local log: one JSON line a failure, with its stack and causes, for whoever looks into it later. Callers never
 * pass secrets, and errors hold none. What is logged may be of any size and kind, a page's own words too. Never throws.
 */
export function createLog(path: string, now: () => number): Log {
  return (event, error) => {
    try {
      const line = {
        at: new Date(now()).toISOString(),
        event: cut(event, MAX_EVENT_CHARACTERS),
        causes: causesOf(error),
      };
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      rotate(path);
      appendFileSync(path, `${JSON.stringify(line)}\n`, { mode: 0o600 });
    } catch (failure) {
      console.error('The log cannot be written:', failure);
    }
  };
}

function rotate(path: string): void {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) < MAX_FILE_BYTES) return;
  if (statSync(`${path}.1`, { throwIfNoEntry: false })) renameSync(`${path}.1`, `${path}.2`);
  renameSync(path, `${path}.1`);
}

function causesOf(error: unknown): string[] {
  const causes: string[] = [];
  let current = error;
  while (current !== undefined && causes.length < MAX_CAUSES) {
    causes.push(cut(textOf(current), MAX_CAUSE_CHARACTERS));
    current = current instanceof Error ? current.cause : undefined;
  }
  return causes;
}

function textOf(value: unknown): string {
  if (value instanceof Error) return value.stack ?? value.message;
  if (typeof value === 'string') return value;
  return inspect(value, { depth: 3, maxArrayLength: 20, maxStringLength: MAX_CAUSE_CHARACTERS });
}

function cut(text: string, characters: number): string {
  const { length } = text;
  return length <= characters ? text : `${text.slice(0, characters)}… (${length} characters)`;
}
