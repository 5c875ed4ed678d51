import type { AppError } from '#shared/errors.ts';
import { readPracticeClients } from './profiles/practice-clients.ts';
import { readyPracticeCredentials } from './profiles/practice-credentials.ts';
import { createPracticeServer, type PracticeProcess } from './profiles/practice-server.ts';
import type { ProfileSecrets } from './profiles/profile-secrets.ts';
import type { ProfileStore } from './profiles/profile-store.ts';
import type { RecordsDb } from './storage/open.ts';
import { listRegisteredClients, registerClients } from './storage/records/clients-repo.ts';

/** A port that nothing listens on, for a Practice profile whose server did not start: it can still be read. */
const NOWHERE = 'http://127.0.0.1:1/api/v1';

export type Practice = {
  baseUrl: string;
  /** The demo's clients, known to the practice server alone, enter the registry once. */
  registerClients: (records: RecordsDb, nowMs: number) => void;
  stop: () => Promise<void>;
};

/** What the Practice profile has beside all others: a server of its own. */
export async function startPractice(deps: {
  store: ProfileStore;
  secrets: ProfileSecrets;
  forkPractice: () => PracticeProcess;
  /** The profile's own folder. */
  directory: string;
  onLost: (error: AppError) => void;
}): Promise<Practice> {
  const { store, secrets, forkPractice, directory, onLost } = deps;
  const { apiKey, secret } = await readyPracticeCredentials(store, secrets);
  const server = createPracticeServer({ fork: forkPractice, directory, onLost });
  const baseUrl = await server.start({ apiKey, secret }).catch((error: AppError) => {
    onLost(error);
    return NOWHERE;
  });
  return {
    baseUrl,
    registerClients(records, nowMs) {
      // Records so large that they are not checked yet have had the clients for long.
      if (!records.isWritable || listRegisteredClients(records).length > 0) return;
      const clients = readPracticeClients(directory);
      registerClients(
        records,
        clients.map((client) => ({ ...client, source: 'added', addedAtMs: nowMs })),
      );
    },
    stop: () => server.stop(),
  };
}
