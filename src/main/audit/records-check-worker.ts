import { parentPort, workerData } from 'node:worker_threads';
import { mustBeWhole, RecordsDb } from '../storage/open.ts';
import { storageError } from '../storage/storage-error.ts';
import type { CheckData, CheckMessage } from './check-messages.ts';
import { doesNotFit, findMisfit } from './fits.ts';

/** Entry of the thread that checks records which are open already. It ends with its verdict. */

// The worker's seam: records-check.ts starts it with exactly this.
const { recordsPath } = workerData as CheckData;

function check(): CheckMessage {
  let db: RecordsDb | null = null;
  try {
    db = new RecordsDb(recordsPath, { readonly: true });
    mustBeWhole(db, 'quick_check');
    const misfit = findMisfit(db);
    if (misfit !== null) throw doesNotFit(misfit);
    return { problem: null };
  } catch (error) {
    return { problem: storageError(error, `the records database ${recordsPath}`).toDto() };
  } finally {
    db?.close();
  }
}

parentPort?.postMessage(check());
