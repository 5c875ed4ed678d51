import type { ReactNode } from 'react';
import { cx } from '../lib/cx.ts';
import type { Tone } from './badge.tsx';
import css from './card.module.css';

type CardProps = {
  title?: string;
  /** At the right of the title. */
  actions?: ReactNode;
  children: ReactNode;
  /** False for tables, which bring their own padding. */
  padded?: boolean;
};

export function Card({ title, actions, children, padded = true }: CardProps): ReactNode {
  return (
    <section className={css['card']} aria-label={title}>
      {(title !== undefined || actions !== undefined) && (
        <header className={css['head']}>
          {title !== undefined && <h2 className={css['title']}>{title}</h2>}
          {actions !== undefined && <div className={css['actions']}>{actions}</div>}
        </header>
      )}
      <div className={cx(padded && css['padded'])}>{children}</div>
    </section>
  );
}

type KeyFigureProps = {
  label: string;
  value: ReactNode;
  unit?: string | undefined;
  hint?: ReactNode;
  tone?: Tone;
};

/** One figure that matters. Stands in a FigureRow. */
export function KeyFigure({
  label,
  value,
  unit,
  hint,
  tone = 'neutral',
}: KeyFigureProps): ReactNode {
  return (
    <div className={css['figure']}>
      <dt className={css['label']}>{label}</dt>
      <dd className={cx(css['value'], css[tone])}>
        <span className={css['number']}>{value}</span>
        {unit !== undefined && <span className={css['unit']}>{unit}</span>}
      </dd>
      <dd className={css['hint']}>{hint}</dd>
    </div>
  );
}

/** Key figures side by side, equally wide. */
export function FigureRow({ children }: { children: ReactNode }): ReactNode {
  return <dl className={css['figures']}>{children}</dl>;
}
