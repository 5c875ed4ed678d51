import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';

type OtherInstance = { argv: string[]; cwd: string; data: object };

/** Held for the life of the process; the system lets go of it however the process ends. */
let held: Database.Database | undefined;

/**
 * A lock keyed to the folder, taken at once or not at all: SQLite's, which is the system's file lock. The one
 * who fails leaves a note, and the holder hears of it.
 */
export function takeInstanceLock(
  folder: string,
  data: object,
  onSecondInstance: (other: OtherInstance) => void,
): boolean {
  if (held !== undefined) return true;
  const notes = join(folder, 'rig-instances');
  mkdirSync(notes, { recursive: true });
  const lock = new Database(join(folder, 'rig-instance.lock'), { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch {
    lock.close();
    const note: OtherInstance = { argv: process.argv, cwd: process.cwd(), data };
    const path = join(notes, String(process.pid));
    writeFileSync(`${path}.tmp`, JSON.stringify(note));
    renameSync(`${path}.tmp`, `${path}.json`);
    return false;
  }
  held = lock;
  watch(notes, () => {
    for (const file of readdirSync(notes).filter((name) => name.endsWith('.json'))) {
      const note = JSON.parse(readFileSync(join(notes, file), 'utf8')) as OtherInstance;
      rmSync(join(notes, file));
      onSecondInstance(note);
    }
  }).unref();
  return held.open;
}

export function releaseInstanceLock(): void {
  held?.close();
  held = undefined;
}
