import { once } from 'node:events';
import { dirname, extname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';

/** After this a request goes with the list Node was built with, and the next one waits for the rest. */
const WAIT_LIMIT_MS = 15_000;

/**
 * Lets https trust what the operating system trusts, as offices with a certificate authority of their own need;
 * `node:https` knows only the list it was built with. The system's list is read by a thread, because reading it takes
 * a tenth of a second, and seconds on a Mac with a network filter. Done once; a reading that failed is made again by
 * the next request.
 */
export function createSystemTrust(
  read: () => Promise<string[]> = readOffMain,
  limitMs = WAIT_LIMIT_MS,
): () => Promise<void> {
  let reading: Promise<void> | null = null;

  async function trust(): Promise<void> {
    const additional = await read();
    // To set them takes time on this thread: not where there is nothing new.
    if (additional.length === 0) return;
    setDefaultCACertificates([...getCACertificates('default'), ...additional]);
  }

  return async () => {
    reading ??= trust().catch((error: unknown) => {
      reading = null;
      // For the log: without the system's list an office's own server looks like an impostor, and nothing else says why.
      process.emitWarning(
        new Error('The certificates of the system were not read.', { cause: error }),
      );
    });
    const limit = new AbortController();
    const late = setTimeout(limitMs, undefined, { signal: limit.signal }).catch(() => {});
    await Promise.race([reading, late]);
    limit.abort();
  };
}

/** @returns as PEM, without those that Node trusts by itself */
async function readOffMain(): Promise<string[]> {
  const here = import.meta.filename;
  const worker = new Worker(pathToFileURL(join(dirname(here), `trust-worker${extname(here)}`)));
  try {
    const [certificates] = (await once(worker, 'message')) as [string[]];
    return certificates;
  } finally {
    void worker.terminate();
  }
}
