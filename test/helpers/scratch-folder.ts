import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Memory-backed where there is such a place: a database in it waits for no disk. */
export function scratchFolder(): { path: string; remove: () => void } {
  const base = process.platform === 'linux' ? '/dev/shm' : tmpdir();
  const path = mkdtempSync(join(base, 'bitpro-desk-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
