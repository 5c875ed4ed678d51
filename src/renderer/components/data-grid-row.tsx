import { ArrowDown, ArrowUp } from 'lucide-react';
import { memo, type ReactNode } from 'react';
import { cx } from '../lib/cx.ts';
import {
  cellClass,
  type Column,
  type ColumnSort,
  type ColumnSorts,
  type Tracks,
} from './data-grid-columns.ts';
import css from './data-grid.module.css';

type HeadRowProps<Row> = {
  columns: readonly Column<Row>[];
  sorts: ColumnSorts;
  tracks: Tracks;
};

export function HeadRow<Row>({ columns, sorts, tracks }: HeadRowProps<Row>): ReactNode {
  return (
    <div role="row" aria-rowindex={1} className={css['row']} style={tracks}>
      {columns.map((column) => (
        <HeadCell key={column.key} column={column} sort={sorts[column.key]} />
      ))}
    </div>
  );
}

function HeadCell<Row>({
  column,
  sort,
}: {
  column: Column<Row>;
  sort: ColumnSort | undefined;
}): ReactNode {
  if (!sort) {
    return (
      <div role="columnheader" className={cellClass({ ...column, muted: true })}>
        {column.quiet ? <span className={css['unseen']}>{column.header}</span> : column.header}
      </div>
    );
  }
  const Arrow = sort.state === 'ascending' ? ArrowUp : ArrowDown;
  return (
    <div
      role="columnheader"
      aria-sort={sort.state}
      className={cellClass({ ...column, muted: true })}
    >
      <button type="button" className={css['sort']} onClick={sort.onToggle}>
        {column.header}
        <Arrow aria-hidden size={12} className={cx(sort.state === 'none' && css['unsorted'])} />
      </button>
    </div>
  );
}

type DataRowProps<Row> = {
  /** Undefined while it is read. */
  row: Row | undefined;
  id: string;
  index: number;
  topPx: number;
  isSelected: boolean;
  columns: readonly Column<Row>[];
  tracks: Tracks;
};

function AnyDataRow<Row>(props: DataRowProps<Row>): ReactNode {
  const { row, id, index, topPx, isSelected, columns, tracks } = props;
  return (
    <div
      id={id}
      role="row"
      // The head is row 1.
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      className={cx(css['row'], css['data'])}
      style={{ ...tracks, transform: `translateY(${topPx}px)` }}
    >
      {row === undefined ? (
        // One element a row: while a long way is scrolled, most rows are never more than this.
        <div
          role="gridcell"
          aria-label="Loading"
          aria-colspan={columns.length}
          className={css['blank']}
        />
      ) : (
        columns.map((column) => (
          <div key={column.key} role="gridcell" className={cellClass(column)}>
            {column.cell(row)}
          </div>
        ))
      )}
    </div>
  );
}

/** Rendered again only when it shows another row or stands elsewhere: most rows of a scrolled frame do neither. */
export const DataRow = memo(AnyDataRow) as typeof AnyDataRow;
