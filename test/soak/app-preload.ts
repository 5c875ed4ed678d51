import { queryObjects, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { ProcessSample, SoakHooks } from './samples.ts';

/** Imported before the app's own main file, which is as it was built: lets the soak look at what the process holds. */
let unhandledRejections = 0;

const countOf = (kind: new (...given: never[]) => object): number =>
  queryObjects(kind, { format: 'count' });

// Electron warns of one and goes on, where Node would end.
process.on('unhandledRejection', (reason) => {
  unhandledRejections += 1;
  console.error('Unhandled rejection:', reason);
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as (options: object) => Promise<void>;

const hooks: SoakHooks = {
  async sample(): Promise<ProcessSample> {
    // What a first collection lets go of may hold more.
    for (let round = 0; round < 3; round += 1) await collectGarbage({ execution: 'async' });
    const { heapUsed, external, rss } = process.memoryUsage();
    return {
      heapBytes: heapUsed,
      externalBytes: external,
      rssBytes: rss,
      resources: process.getActiveResourcesInfo().length,
      functions: countOf(Function),
      signals: countOf(AbortSignal),
      unhandledRejections,
    };
  },
};
Object.assign(globalThis, { soak: hooks });
