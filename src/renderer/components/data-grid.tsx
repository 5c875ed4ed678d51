import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { useEffect, useId, useMemo, useRef, type KeyboardEvent, type ReactNode } from 'react';
import { cx } from '../lib/cx.ts';
import css from './data-grid.module.css';

const ROW_PX = 32;
const OVERSCAN_ROWS = 12;
/** Rows before the end at which the next page is asked for. */
const AHEAD_ROWS = 60;

export type SortState = 'ascending' | 'descending' | 'none';

export type Column<Row> = {
  key: string;
  header: string;
  /** Least width; a column with `grow` takes its share of what is left. */
  widthPx: number;
  grow?: number;
  /** Left out when the grid is narrower: what is in it is also behind Enter. */
  hideBelowPx?: number;
  /** Read out as the header, but not drawn. */
  quiet?: boolean;
  numeric?: boolean;
  muted?: boolean;
  cell: (row: Row) => ReactNode;
  sort?: { state: SortState; onToggle: () => void };
};

type DataGridProps<Row> = {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  /** The row the arrow keys start from; it is marked. */
  selectedKey: string | null;
  onSelect: (row: Row) => void;
  /** Enter, or a click on a row. */
  onOpen: (row: Row) => void;
  /** All rows there are, when only some are loaded. */
  totalRows?: number;
  onNearEnd?: () => void;
};

/**
 * A table of any length: only the rows in sight are in the document. Arrow keys, Page Up and Down, Home and
 * End move the selection; Enter opens.
 */
export function DataGrid<Row>(props: DataGridProps<Row>): ReactNode {
  const { rows, rowKey, selectedKey, onNearEnd } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const id = useId();
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => keyAt(index),
    overscan: OVERSCAN_ROWS,
    scrollPaddingStart: 34,
  });
  const columns = columnsFor(props.columns, virtualizer.scrollRect?.width);
  const items = virtualizer.getVirtualItems();
  const lastIndex = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (lastIndex >= rows.length - AHEAD_ROWS) onNearEnd?.();
  }, [lastIndex, rows.length, onNearEnd]);

  function keyAt(index: number): string {
    const row = rows[index];
    return row === undefined ? String(index) : rowKey(row);
  }

  const selectedIndex = useMemo(
    () => (selectedKey === null ? -1 : rows.findIndex((row) => rowKey(row) === selectedKey)),
    [rows, rowKey, selectedKey],
  );
  const isSelectedDrawn = items.some((item) => item.index === selectedIndex);

  function onKeyDown(event: KeyboardEvent): void {
    if (event.target !== scroller.current) return;
    const pageRows = Math.max(1, Math.floor(scroller.current.clientHeight / ROW_PX) - 2);
    if (event.key === 'Enter') {
      const row = rows[selectedIndex];
      if (row !== undefined) props.onOpen(row);
      return;
    }
    const target = targetIndex(event.key, selectedIndex, rows.length, pageRows);
    const row = target === null ? undefined : rows[target];
    if (target === null || row === undefined) return;
    event.preventDefault();
    props.onSelect(row);
    virtualizer.scrollToIndex(target);
  }

  const tracks = tracksOf(columns);
  return (
    <div
      ref={scroller}
      role="grid"
      aria-label={props.label}
      aria-rowcount={(props.totalRows ?? rows.length) + 1}
      aria-colcount={columns.length}
      aria-activedescendant={isSelectedDrawn ? `${id}-${selectedIndex}` : undefined}
      tabIndex={0}
      className={css['scroller']}
      onKeyDown={onKeyDown}
    >
      <div role="rowgroup" className={css['head']}>
        <div role="row" aria-rowindex={1} className={css['row']} style={tracks}>
          {columns.map((column) => (
            <HeaderCell key={column.key} column={column} />
          ))}
        </div>
      </div>
      <div role="rowgroup" className={css['body']} style={{ height: virtualizer.getTotalSize() }}>
        {items.map((item) => {
          const row = rows[item.index];
          if (row === undefined) return null;
          return (
            // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the grid takes the keys of its rows
            <div
              key={item.key}
              id={`${id}-${item.index}`}
              role="row"
              aria-rowindex={item.index + 2}
              aria-selected={item.index === selectedIndex}
              className={cx(css['row'], css['data'])}
              style={{ ...tracks, transform: `translateY(${item.start}px)` }}
              onClick={() => {
                props.onSelect(row);
                props.onOpen(row);
              }}
            >
              {columns.map((column) => (
                <div key={column.key} role="gridcell" className={cellClass(column)}>
                  {column.cell(row)}
                </div>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function HeaderCell<Row>({ column }: { column: Column<Row> }): ReactNode {
  const { sort } = column;
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

/** The columns there is room for; all of them until the width is known. */
function columnsFor<Row>(columns: readonly Column<Row>[], widthPx = Infinity): Column<Row>[] {
  return columns.filter(({ hideBelowPx = 0 }) => widthPx >= hideBelowPx);
}

/** One template for head and rows: tracks sized by their content would differ from row to row. */
export function tracksOf<Row>(columns: readonly Column<Row>[]): {
  gridTemplateColumns: string;
  minWidth: number;
} {
  const tracks = columns.map(({ widthPx, grow }) =>
    grow === undefined ? `${widthPx}px` : `minmax(${widthPx}px, ${grow}fr)`,
  );
  const minWidth = columns.reduce((sum, { widthPx }) => sum + widthPx, 0);
  return { gridTemplateColumns: tracks.join(' '), minWidth };
}

function cellClass({ numeric, muted, quiet }: CellLook): string {
  return cx(css['cell'], numeric && css['numeric'], muted && css['muted'], quiet && css['tight']);
}

type CellLook = { numeric?: boolean; muted?: boolean; quiet?: boolean };

/** Where a key moves the selection; null when it moves nothing. */
function targetIndex(key: string, from: number, count: number, pageRows: number): number | null {
  const last = count - 1;
  switch (key) {
    case 'ArrowDown':
      return Math.min(last, from + 1);
    case 'ArrowUp':
      return Math.max(0, from - 1);
    case 'PageDown':
      return Math.min(last, Math.max(0, from) + pageRows);
    case 'PageUp':
      return Math.max(0, from - pageRows);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return null;
  }
}
