import { expect, test } from 'vitest';
import { columnsFor } from '../../../src/renderer/components/data-grid-columns.ts';

const columns = [
  { key: 'name', widthPx: 120 },
  { key: 'amount', widthPx: 180 },
  { key: 'state', widthPx: 100, leaves: 2 },
  { key: 'note', widthPx: 100, leaves: 1 },
];
const fitting = (widthPx: number): string[] => columnsFor(columns, widthPx).map(({ key }) => key);

test.each([
  [0, ['name', 'amount', 'state', 'note']],
  [500, ['name', 'amount', 'state', 'note']],
  [499, ['name', 'amount', 'state']],
  [400, ['name', 'amount', 'state']],
  [399, ['name', 'amount']],
  // What may not leave stays, and the list scrolls sideways.
  [10, ['name', 'amount']],
])('at %i px the columns are %j', (widthPx, keys) => {
  expect(fitting(widthPx)).toEqual(keys);
});
