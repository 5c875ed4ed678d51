import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const slow = ['integration', 'simulation', 'attacks', 'crash', 'rig', 'sandbox', 'tooling'];

export default defineConfig({
  test: {
    // Processes and browsers are waited for most of the time; vitest's own choice leaves one of two processors idle.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    // A second, vitest's own, is short where a process or a browser is waited for.
    expect: { poll: { timeout: 10_000 } },
    // Groups run one after the other: what starts browsers does not share the processor with the rest.
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: [`test/{e2e,soak,${slow.join()}}/**`],
          testTimeout: 20_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: [`test/{${slow.join()}}/**/*.test.ts`],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/e2e/build.ts'],
          testTimeout: 90_000,
          hookTimeout: 90_000,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          name: 'soak',
          include: ['test/soak/*.test.ts'],
          globalSetup: ['test/soak/begin.ts'],
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
