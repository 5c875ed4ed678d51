import fs, { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  renameDurably,
  whileHeld,
  writeFileDurably,
} from '../../../src/main/storage/durable-file.ts';

const error = (code: string): Error => Object.assign(new Error(code), { code });

/** Fails so often with a code before it is done. */
function failing(times: number, code: string) {
  let calls = 0;
  const action = (): void => {
    calls += 1;
    if (calls <= times) throw error(code);
  };
  return { action, calls: () => calls };
}

describe('a file that another program holds', () => {
  it.each(['EPERM', 'EACCES', 'EBUSY'])('is tried again on Windows: %s', (code) => {
    const { action, calls } = failing(3, code);
    whileHeld(action, 'win32');
    expect(calls()).toBe(4);
  });

  it('is given up on in the end, with the reason', () => {
    const { action, calls } = failing(Number.POSITIVE_INFINITY, 'EBUSY');
    expect(() => whileHeld(action, 'win32')).toThrow('EBUSY');
    expect(calls()).toBe(6);
  });

  it.each([
    ['a full disk on Windows', 'ENOSPC', 'win32'],
    ['missing rights elsewhere', 'EACCES', 'linux'],
  ] as const)('is not waited for: %s', (_what, code, platform) => {
    const { action, calls } = failing(1, code);
    expect(() => whileHeld(action, platform)).toThrow(code);
    expect(calls()).toBe(1);
  });
});

it('is waited for wherever a file that matters is renamed', () => {
  const main = join(import.meta.dirname, '../../../src/main');
  const renaming = readdirSync(main, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && /\brenameSync\b/.test(readFileSync(join(main, file), 'utf8')),
  );
  // A log and a window's place can be lost.
  expect(renaming.toSorted()).toEqual([
    'app/log.ts',
    'app/window-state.ts',
    'storage/durable-file.ts',
  ]);
});

describe('a folder that cannot be synced', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'durable-'));
    const { fsyncSync, fstatSync } = fs;
    vi.spyOn(fs, 'fsyncSync').mockImplementation((file) => {
      if (fstatSync(file).isDirectory()) throw error('EINVAL');
      fsyncSync(file);
    });
    syncBuiltinESMExports();
  });
  afterEach(() => {
    vi.restoreAllMocks();
    syncBuiltinESMExports();
    rmSync(folder, { recursive: true });
  });

  it('has the new file under its name, and no error that says otherwise', () => {
    const path = join(folder, 'a.json');
    writeFileDurably(path, 'one');
    writeFileDurably(path, 'two');
    writeFileSync(join(folder, 'part'), 'three');
    renameDurably(join(folder, 'part'), join(folder, 'b.csv'));
    expect(readFileSync(path, 'utf8')).toBe('two');
    expect(readdirSync(folder).toSorted()).toEqual(['a.json', 'b.csv']);
  });
});
