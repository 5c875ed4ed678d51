import type { ReactNode } from 'react';
import css from './data-grid.module.css';
import { tracksOf, type Column } from './data-grid-columns.ts';
import { Skeleton } from './states.tsx';

/** Stands where a DataGrid will be: the same head, rows of the same height. */
export function GridSkeleton<Row>({
  columns,
  rows,
}: {
  columns: readonly Column<Row>[];
  rows: number;
}): ReactNode {
  const tracks = tracksOf(columns);
  return (
    <div className={css['skeleton']} aria-busy="true">
      <div className={css['head']}>
        <div className={css['row']} style={tracks}>
          {columns.map(({ key, header, quiet }) => (
            <div key={key} className={css['cell']}>
              {quiet ? '' : header}
            </div>
          ))}
        </div>
      </div>
      {Array.from({ length: rows }, (_row, row) => (
        <div key={row} className={css['row']} style={tracks} aria-hidden>
          {columns.map(({ key }, column) => (
            <div key={key} className={css['cell']}>
              <Skeleton width={`${45 + ((row * 7 + column * 13) % 40)}%`} />
            </div>
          ))}
        </div>
      ))}
    </div>
  );
}
