import {
  useId,
  useLayoutEffect,
  useMemo,
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
} from 'react';
import { cx } from '../lib/cx.ts';
import { columnsFor, tracksOf, type Column, type ColumnSorts } from './data-grid-columns.ts';
import { useMeasured } from './data-grid-figures.ts';
import { DataRow, HeadRow } from './data-grid-row.tsx';
import { ROW_PX, useRowWindow, type RowRange } from './data-grid-window.ts';
import css from './data-grid.module.css';

type RowGridProps<Row> = {
  id?: string;
  label: string;
  columns: readonly Column<Row>[];
  sorts?: ColumnSorts;
  rowCount: number;
  /** Undefined while the row is read: it is drawn as a quiet placeholder. */
  rowAt: (index: number) => Row | undefined;
  /** The row the arrow keys start from; it is marked. -1 when there is none. */
  selectedIndex: number;
  onSelect: (index: number) => void;
  /** Enter, or a click on a row. */
  onOpen: (row: Row) => void;
  /** Told the rows in sight, whenever others are drawn. */
  onSight?: (rows: RowRange) => void;
  /** The row to stand at the top; a new object scrolls there, however often the same row. */
  place?: { row: number };
  /** The rows are answers to a former question, and the new one takes its time. */
  isOutdated?: boolean;
};

const unsorted: ColumnSorts = {};

/**
 * A table of any length: only the rows in sight are in the document, and need to be at hand. Arrow keys,
 * Page Up and Down, Home and End move the selection through all of it; Enter opens.
 */
export function RowGrid<Row>(props: RowGridProps<Row>): ReactNode {
  const { rowCount, rowAt, selectedIndex, onSight, place, isOutdated = false } = props;
  const ownId = useId();
  const { id = ownId } = props;
  const { ref, window, trackPx, scrollToRow } = useRowWindow(rowCount, onSight);
  const { drawn, shiftPx, slots, viewPx, widthPx } = window;
  const measured = useMeasured(props.columns, rowAt, drawn);
  const columns = useMemo(() => columnsFor(measured, widthPx), [measured, widthPx]);
  const tracks = useMemo(() => tracksOf(columns), [columns]);
  useLayoutEffect(() => {
    if (place) scrollToRow(place.row, 'first');
  }, [place, scrollToRow]);

  function onKeyDown(event: KeyboardEvent): void {
    if (event.target !== event.currentTarget) return;
    if (event.key === 'Enter') {
      const row = rowAt(selectedIndex);
      if (row !== undefined) props.onOpen(row);
      return;
    }
    const pageRows = Math.max(1, Math.floor(viewPx / ROW_PX) - 1);
    const target = targetIndex(event.key, selectedIndex, rowCount, pageRows);
    if (target === null || target < 0) return;
    event.preventDefault();
    props.onSelect(target);
    scrollToRow(target, 'nearest');
  }

  function onClick({ target }: MouseEvent): void {
    const element = target instanceof Element ? target.closest('[aria-rowindex]') : null;
    const index = Number(element?.getAttribute('aria-rowindex')) - 2;
    const row = rowAt(index);
    if (row === undefined) return;
    props.onSelect(index);
    props.onOpen(row);
  }

  const indexes = Array.from(
    { length: Math.max(0, drawn.last - drawn.first + 1) },
    (_row, nth) => drawn.first + nth,
  );
  return (
    <div
      ref={ref}
      id={id}
      role="grid"
      aria-label={props.label}
      aria-rowcount={rowCount + 1}
      aria-colcount={columns.length}
      aria-busy={isOutdated || undefined}
      aria-activedescendant={indexes.includes(selectedIndex) ? `${id}-${selectedIndex}` : undefined}
      tabIndex={0}
      className={css['scroller']}
      onKeyDown={onKeyDown}
      onClick={onClick}
    >
      <div role="rowgroup" className={css['head']}>
        <HeadRow columns={columns} sorts={props.sorts ?? unsorted} tracks={tracks} />
      </div>
      <div
        role="rowgroup"
        className={cx(css['body'], isOutdated && css['outdated'])}
        style={{ height: trackPx }}
      >
        {indexes.map((index) => (
          <DataRow
            key={index % slots}
            row={rowAt(index)}
            id={`${id}-${index}`}
            index={index}
            topPx={index * ROW_PX + shiftPx}
            isSelected={index === selectedIndex}
            columns={columns}
            tracks={tracks}
          />
        ))}
      </div>
    </div>
  );
}

type DataGridProps<Row> = Pick<
  RowGridProps<Row>,
  'label' | 'columns' | 'sorts' | 'onOpen' | 'onSight'
> & {
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  selectedKey: string | null;
  onSelect: (row: Row) => void;
};

/** A RowGrid of rows that are all at hand. */
export function DataGrid<Row>({
  rows,
  rowKey,
  selectedKey,
  ...props
}: DataGridProps<Row>): ReactNode {
  const selectedIndex = useMemo(
    () => (selectedKey === null ? -1 : rows.findIndex((row) => rowKey(row) === selectedKey)),
    [rows, rowKey, selectedKey],
  );
  return (
    <RowGrid
      label={props.label}
      columns={props.columns}
      {...(props.sorts && { sorts: props.sorts })}
      rowCount={rows.length}
      rowAt={(index) => rows[index]}
      selectedIndex={selectedIndex}
      onSelect={(index) => {
        const row = rows[index];
        if (row !== undefined) props.onSelect(row);
      }}
      onOpen={props.onOpen}
      {...(props.onSight && { onSight: props.onSight })}
    />
  );
}

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
