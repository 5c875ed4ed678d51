import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mutants } from './mutants.ts';
import { runMutants } from './mutation-run.ts';

/** `npm run simulate -- --mutants` runs them all; here some, and that none has lost its place in the sources. */
const some = ['sent before the journal says so', 'sent again after a reset'];

test('a seeded bug is noticed within some hundred schedules', async () => {
  const chosen = mutants.filter(({ name }) => some.includes(name));
  const scores = await runMutants(chosen, { schedules: 200, seed: 1, workers: 2 });
  expect(scores).toMatchObject([
    { name: some[0], finding: expect.stringContaining('unreviewed') },
    { name: some[1], finding: expect.stringContaining('duplicates') },
  ]);
}, 120_000);

test.each(mutants)('the seeded bug “$name” still has its place', ({ edits }) => {
  for (const { file, from, to } of edits) {
    const text = readFileSync(join(import.meta.dirname, '../../src/main', file), 'utf8');
    expect(text.split(from)).toHaveLength(2);
    expect(to).not.toBe(from);
  }
});
