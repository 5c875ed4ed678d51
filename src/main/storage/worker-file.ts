import { dirname, extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Worker } from 'node:worker_threads';

/** Where the code of a worker lies: beside the file that starts it, in the built app as in the source. */
export function workerFile(name: string, starter: string): URL {
  return pathToFileURL(join(dirname(starter), name + extname(starter)));
}

/**
 * What a worker prints of its failures, and what ends it, goes to the log: a packaged app has no console. It must be
 * started with `stderr: true`.
 */
export function logWorker(
  worker: Worker,
  event: string,
  onFailure: (event: string, error: unknown) => void,
): void {
  worker.stderr.setEncoding('utf8').on('data', (text: string) => onFailure(event, text));
  worker.on('error', (error) => onFailure(event, error));
}
