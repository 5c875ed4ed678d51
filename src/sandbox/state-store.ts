import { closeSync, existsSync, fsyncSync, openSync, readFileSync } from 'node:fs';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { emptyState, parseState, serializeState, type SandboxState } from './state.ts';
import type { SandboxSettings } from './options.ts';

/** The state and, when a file is named, its copy on disk. */
export interface StateStore {
  readonly state: SandboxState;
  /** Was the state read from an existing file? */
  readonly resumed: boolean;
  /** To be called after every change; `flush` writes only when there was one. */
  markChanged(): void;
  /** Writes the file whole or not at all, and returns once it is on disk. */
  flush(): void;
}

/** @throws Error when the file exists but is not a state for this network. */
export function openStateStore(
  settings: Pick<SandboxSettings, 'stateFile' | 'network'>,
): StateStore {
  const { stateFile, network } = settings;
  const resumed = stateFile !== undefined && existsSync(stateFile);
  const state = resumed ? readState(stateFile) : emptyState(network);
  if (state.network !== network) {
    throw new Error(`state file ${stateFile} is of ${state.network}, not ${network}`);
  }
  let changed = false;
  return {
    state,
    resumed,
    markChanged() {
      changed = true;
    },
    flush() {
      if (!changed) return;
      if (stateFile !== undefined) replaceFile(stateFile, serializeState(state));
      changed = false;
    },
  };
}

function readState(path: string): SandboxState {
  try {
    return parseState(readFileSync(path, 'utf8'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`state file ${path} cannot be used: ${reason}`, { cause: error });
  }
}

function replaceFile(path: string, text: string): void {
  const temporary = `${path}.tmp`;
  rmSync(temporary, { force: true });
  writeFileSync(temporary, text, { mode: 0o600, flag: 'wx', flush: true });
  renameSync(temporary, path);
  // The rename itself is durable only once the directory is; Windows cannot sync one.
  if (process.platform === 'win32') return;
  const directory = openSync(dirname(path), 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
