import { onTestFinished } from 'vitest';
import type { AppError } from '../../../src/shared/errors.ts';
import { registerClient } from '../../../src/main/storage/records/clients-repo.ts';
import { createSyncEngine, type SyncEngineDeps } from '../../../src/main/sync/engine.ts';
import { openDatabases } from '../storage/databases.ts';
import { ModelServer } from './model-server.ts';

export const START_MS = 1_500_000_000_000;
export const MINUTE_MS = 60_000;

/** A desk with these clients and as many rows each, a second apart, over the model of the service. */
export function syncRig(clients: Record<string, number>, options: Partial<SyncEngineDeps> = {}) {
  const databases = openDatabases();
  const server = new ModelServer();
  const time = { nowMs: START_MS };
  for (const [index, [uid, rows]] of Object.entries(clients).entries()) {
    server.addClient(uid);
    for (let row = 0; row < rows; row += 1) {
      server.add(uid, { createdAtMs: START_MS - 60 * MINUTE_MS + row * 1000 });
    }
    registerClient(databases.records, { uid, label: '', source: 'added', addedAtMs: -index });
  }
  const failures: AppError[] = [];
  const changes: object[] = [];
  const engine = createSyncEngine({
    ...databases,
    client: server,
    now: () => time.nowMs,
    onProgress: () => {},
    onChanged: (event) => changes.push(event),
    onDeposits: () => {},
    onFailure: (error) => failures.push(error),
    ...options,
  });
  onTestFinished(() => engine.close());
  const round = () => {
    time.nowMs += MINUTE_MS;
    return engine.runDue();
  };
  return { ...databases, server, time, engine, round, failures, changes };
}
