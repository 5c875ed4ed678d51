import { expect, test } from 'vitest';
import { coverageWords } from '../../../src/renderer/components/wording.ts';

test.each([
  [{ complete: true, completeToPage: 4, asOfMs: 1 }, 'Complete'],
  [{ complete: false, completeToPage: 1200, asOfMs: 1 }, 'Complete to page 1,200'],
  [{ complete: false, completeToPage: 0, asOfMs: 1 }, 'Has gaps'],
  [{ complete: false, completeToPage: 0, asOfMs: null }, 'Not read yet'],
] as const)('%o is called “%s”', (history, words) => {
  expect(coverageWords({ rows: 0, ...history })).toBe(words);
});
