import { useMemo, useState } from 'react';
import { figurePx, useFigureGeneration } from '../lib/figure-width.ts';
import { CELL_PADDING_PX, type Column } from './data-grid-columns.ts';
import type { RowRange } from './data-grid-window.ts';

type Widths = { of: unknown; byKey: ReadonlyMap<string, number> };

/**
 * The columns, those of figures as wide as the longest that was drawn so far. They only grow: a list must not sway while it
 * is scrolled.
 */
export function useMeasured<Row>(
  columns: readonly Column<Row>[],
  rowAt: (index: number) => Row | undefined,
  drawn: RowRange,
): readonly Column<Row>[] {
  const generation = useFigureGeneration();
  const of = useMemo(() => ({ columns, generation }), [columns, generation]);
  const [known, setKnown] = useState<Widths>({ of, byKey: new Map() });
  const before = known.of === of ? known.byKey : new Map<string, number>();
  const byKey = widened(before, columns, rowAt, drawn);
  // While rendering, so that no row is ever drawn in a column that is too narrow.
  if (known.of !== of || byKey !== known.byKey) setKnown({ of, byKey });
  return useMemo(
    () =>
      columns.map((column) => {
        const widthPx = Math.max(column.widthPx, byKey.get(column.key) ?? 0);
        return widthPx === column.widthPx ? column : { ...column, widthPx };
      }),
    [columns, byKey],
  );
}

function widened<Row>(
  before: ReadonlyMap<string, number>,
  columns: readonly Column<Row>[],
  rowAt: (index: number) => Row | undefined,
  { first, last }: RowRange,
): ReadonlyMap<string, number> {
  let after = before;
  for (const { key, figure } of columns) {
    if (figure === undefined) continue;
    const known = before.get(key) ?? 0;
    let widest = known;
    for (let index = first; index <= last; index += 1) {
      const row = rowAt(index);
      const text = row === undefined ? null : figure(row);
      if (text !== null) widest = Math.max(widest, figurePx(text) + CELL_PADDING_PX);
    }
    if (widest > known) after = new Map(after).set(key, widest);
  }
  return after;
}
