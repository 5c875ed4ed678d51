import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mutants } from './mutants.ts';

/** `npm run simulate -- --mutants` runs them; here only that none has lost its place in the sources. */
test.each(mutants)('the seeded bug “$name” still has its place', ({ edits }) => {
  for (const { file, from, to } of edits) {
    const text = readFileSync(join(import.meta.dirname, '../../src/main', file), 'utf8');
    expect(text.split(from)).toHaveLength(2);
    expect(to).not.toBe(from);
  }
});
