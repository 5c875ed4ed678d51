import type { ReactNode } from 'react';
import css from './detail-list.module.css';

export type Detail = { term: string; value: ReactNode };

/** Terms and values in two columns; a value takes the lines it needs. */
export function DetailList({ items }: { items: readonly Detail[] }): ReactNode {
  return (
    <dl className={css['list']}>
      {items.map(({ term, value }) => (
        <div key={term} className={css['item']}>
          <dt>{term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
