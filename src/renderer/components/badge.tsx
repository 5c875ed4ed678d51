import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { cx } from '../lib/cx.ts';
import css from './badge.module.css';

export type Tone = 'neutral' | 'info' | 'success' | 'warning' | 'danger';

/** A word on a tinted ground; the colour only repeats what the word says. */
export function Badge({
  tone,
  icon: Icon,
  children,
}: {
  tone: Tone;
  icon?: LucideIcon | undefined;
  children: ReactNode;
}): ReactNode {
  return (
    <span className={cx(css['badge'], css[tone])}>
      {Icon && <Icon size={12} aria-hidden />}
      {children}
    </span>
  );
}
