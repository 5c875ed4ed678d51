import { extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Where the code of a worker lies: beside the module that starts it, in the built app as in the source. */
export function workerFile(name: string, { dirname, filename }: ImportMeta): URL {
  return pathToFileURL(join(dirname, name + extname(filename)));
}
