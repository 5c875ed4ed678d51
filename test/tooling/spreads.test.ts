import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

/**
 * A list that is spread into arguments fails from some 120,000 entries on: as many clients or rows as a desk may have.
 * These lists are short whatever the desk: the reason stands beside each.
 */
const short: Record<string, string> = {
  'src/shared/time-zone.ts': 'offsets of one zone at one moment',
  'src/main/money/policy.ts': 'warnings of one review',
  'src/renderer/features/history/listing.ts': 'at most HISTORY_LANDMARKS of one answer',
};

const SPREAD =
  /(?<!function )\b(?:Math\.(?:max|min)|push|unshift|splice|addUnits|concat|fromCharCode)\(\s*\.\.\.(?=[\w(])/;

test('no list without a bound is spread into arguments', () => {
  const files = globSync('src/**/*.{ts,tsx}', { cwd: root });
  expect(files.length).toBeGreaterThan(300);
  const spreading = files.filter((file) => SPREAD.test(readFileSync(join(root, file), 'utf8')));
  expect(spreading.toSorted()).toEqual(Object.keys(short).toSorted());
});
