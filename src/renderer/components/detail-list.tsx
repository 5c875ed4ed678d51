import type { ReactNode } from 'react';
import { cx } from '../lib/cx.ts';
import css from './detail-list.module.css';

export type Detail = { term: string; value: ReactNode };

type DetailListProps = {
  items: readonly Detail[];
  /** Smaller and closer: the record behind the facts, set apart from the list above it. */
  quiet?: boolean;
};

/** Terms and values in two columns; a value takes the lines it needs. */
export function DetailList({ items, quiet = false }: DetailListProps): ReactNode {
  return (
    <dl className={cx(css['list'], quiet && css['quiet'])}>
      {items.map(({ term, value }) => (
        <div key={term} className={css['item']}>
          <dt>{term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
