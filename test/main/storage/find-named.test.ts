import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findNamed } from '../../../src/main/storage/cache/find-named.ts';

const name = fc.string({
  unit: fc.constantFrom('a', 'B', 'b', '1', ' ', 'é', '\u0301', 'e'),
  maxLength: 6,
});

test('finds whoever has the text in uid or label, as a look at each of them does', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(name, name), { maxLength: 12 }), name, (names, typed) => {
      const text = typed.normalize('NFC').toLowerCase();
      fc.pre(text !== '');
      const clients = names.map(([uid, label], index) => [index + 7, uid, label] as const);
      const expected = clients.filter(([, ...each]) =>
        each.some((part) => part.normalize('NFC').toLowerCase().includes(text)),
      );
      expect(findNamed(clients)(text)).toEqual(expected.map(([id]) => id));
    }),
  );
});

test('a text does not reach from one client into the next', () => {
  const find = findNamed([
    [1, 'BT-C1', 'Ann'],
    [2, 'BT-C2', ''],
    [3, 'BT-C3', 'Ann Lee'],
  ]);
  expect(find('annbt')).toEqual([]);
  expect(find('ann')).toEqual([1, 3]);
  expect(find('bt-c')).toEqual([1, 2, 3]);
  expect(findNamed([])('a')).toEqual([]);
});
