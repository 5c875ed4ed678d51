import { dirname, extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Where the code of a worker lies: beside the file that starts it, in the built app as in the source. */
export function workerFile(name: string, starter: string): URL {
  return pathToFileURL(join(dirname(starter), name + extname(starter)));
}
