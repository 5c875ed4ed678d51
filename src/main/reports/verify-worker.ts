import { parentPort, workerData } from 'node:worker_threads';
import { storageError } from '../storage/storage-error.ts';
import { verifyManifest } from './verify-manifest.ts';
import type { VerifyWorkerData, VerifyWorkerMessage } from './worker-messages.ts';

/** Entry of the worker thread that holds one report against its manifest: a million rows are seconds of reading. */

// The worker's seam: main starts it with exactly this, and no other.
const { path } = workerData as VerifyWorkerData;

async function verify(): Promise<VerifyWorkerMessage> {
  try {
    return { ok: true, verdict: await verifyManifest(path) };
  } catch (error) {
    return { ok: false, error: storageError(error).toDto() };
  }
}

void verify().then((message) => parentPort?.postMessage(message));
