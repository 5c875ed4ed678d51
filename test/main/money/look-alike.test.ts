import { expect, test } from 'vitest';
import { looksAlike } from '../../../src/main/money/look-alike.ts';

const SEGWIT = 'bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq';

test.each([
  ['the same first characters', SEGWIT, 'bc1qar0s8c0kv4xqk3j2m9u7h6g5f4d3s2a1qwertyu', true],
  ['the same last characters', SEGWIT, 'bc1q9zpgru8w7x6v5t4s3r2q1p0n9m8l7k6j5hf5mdq', true],
  ['both', SEGWIT, 'bc1qar0s9zpgru8w7x6v5t4s3r2q1p0n9m8l7kf5mdq', true],
  ['the prefix all share', SEGWIT, 'bc1q9zpgru8w7x6v5t4s3r2q1p0n9m8l7k6j5haaaa', false],
  ['three characters', SEGWIT, 'bc1qar09zpgru8w7x6v5t4s3r2q1p0n9m8l7k65mdx', false],
  ['itself', SEGWIT, SEGWIT, false],
  [
    'Base58, in another case',
    '17VZNX1SN5NtKa8UQFxwQbFeFc3iqRYhem',
    '17vznAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    true,
  ],
  [
    'Base58 of another kind',
    '17VZNX1SN5NtKa8UQFxwQbFeFc3iqRYhem',
    '37VZNAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    true,
  ],
])('%s', (_, one, other, expected) => {
  expect([looksAlike(one, other), looksAlike(other, one)]).toEqual([expected, expected]);
});
