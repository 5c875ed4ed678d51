import type { ReactNode } from 'react';
import { cx } from '../lib/cx.ts';
import css from './data-grid.module.css';

export type ColumnSort = { state: 'ascending' | 'descending' | 'none'; onToggle: () => void };
/** By column key. Not part of the columns: a change of order must not draw every row again. */
export type ColumnSorts = Readonly<Record<string, ColumnSort>>;

/** Of columns that are sorted one at a time. */
export function sortsOf<Key extends string>(
  keys: readonly Key[],
  sort: { by: Key; descending: boolean },
  onSort: (by: Key) => void,
): ColumnSorts {
  const sorts = keys.map((by): [Key, ColumnSort] => {
    const state = sort.by !== by ? 'none' : sort.descending ? 'descending' : 'ascending';
    return [by, { state, onToggle: () => onSort(by) }];
  });
  return Object.fromEntries(sorts);
}

export type Column<Row> = {
  key: string;
  header: string;
  /** Least width; a column with `grow` takes its share of what is left. */
  widthPx: number;
  grow?: number;
  /**
   * A figure as it is drawn: the column is as wide as the longest of those seen, so that none is ever cut. Null where a row
   * has none.
   */
  figure?: (row: Row) => string | null;
  /** Which column goes first where there is no room for all, 1 before 2: what is in it is also behind Enter. */
  leaves?: number;
  /** Read out as the header, but not drawn. */
  quiet?: boolean;
  numeric?: boolean;
  muted?: boolean;
  cell: (row: Row) => ReactNode;
};

/** Left and right of what is in a cell. */
export const CELL_PADDING_PX = 24;

export type Tracks = { gridTemplateColumns: string; minWidth: number };

/** One template for head and rows: tracks sized by their content would differ from row to row. */
export function tracksOf<Row>(columns: readonly Column<Row>[]): Tracks {
  const tracks = columns.map(({ widthPx, grow }) =>
    grow === undefined ? `${widthPx}px` : `minmax(${widthPx}px, ${grow}fr)`,
  );
  return { gridTemplateColumns: tracks.join(' '), minWidth: widthOf(columns) };
}

/** The columns there is room for; all of them while the width is not known. */
export function columnsFor<Each extends Pick<Column<never>, 'widthPx' | 'leaves'>>(
  columns: readonly Each[],
  widthPx: number,
): Each[] {
  if (widthPx === 0) return [...columns];
  const left = [...columns];
  const leaving = columns
    .filter(({ leaves }) => leaves !== undefined)
    .toSorted((a, b) => (a.leaves ?? 0) - (b.leaves ?? 0));
  for (const column of leaving) {
    if (widthOf(left) <= widthPx) break;
    left.splice(left.indexOf(column), 1);
  }
  return left;
}

function widthOf(columns: readonly { widthPx: number }[]): number {
  return columns.reduce((sum, { widthPx }) => sum + widthPx, 0);
}

export function cellClass({ numeric, muted, quiet }: CellLook): string {
  return cx(css['cell'], numeric && css['numeric'], muted && css['muted'], quiet && css['tight']);
}

type CellLook = { numeric?: boolean; muted?: boolean; quiet?: boolean };
