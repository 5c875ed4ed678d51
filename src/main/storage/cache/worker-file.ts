import { extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Where the code of a worker lies: beside this file, in the built app as in the source. */
export function workerFile(name: string): URL {
  return pathToFileURL(join(import.meta.dirname, name + extname(import.meta.filename)));
}
