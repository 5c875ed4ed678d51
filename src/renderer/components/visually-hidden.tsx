import type { ReactNode } from 'react';
import css from './field.module.css';

/** For screen readers only. */
export function VisuallyHidden({ children }: { children: ReactNode }): ReactNode {
  return <span className={css['hidden']}>{children}</span>;
}
