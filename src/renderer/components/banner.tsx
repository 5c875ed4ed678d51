import { CircleAlert, CircleCheck, Info, TriangleAlert, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { cx } from '../lib/cx.ts';
import type { Tone } from './badge.tsx';
import css from './banner.module.css';

const icons: Record<Tone, LucideIcon> = {
  neutral: Info,
  info: Info,
  success: CircleCheck,
  warning: TriangleAlert,
  danger: CircleAlert,
};

type BannerProps = {
  tone: Tone;
  title: string;
  icon?: LucideIcon;
  children?: ReactNode;
  actions?: ReactNode;
  /** One line: what does not fit is cut, and is to be had elsewhere. */
  isShort?: boolean;
};

/** Something that stays true until it is dealt with. Danger is announced at once, the rest politely. */
export function Banner(props: BannerProps): ReactNode {
  const { tone, title, icon, children, actions, isShort = false } = props;
  const Icon = icon ?? icons[tone];
  return (
    <div
      className={cx(css['banner'], css[tone], isShort && css['short'])}
      role={tone === 'danger' ? 'alert' : 'status'}
    >
      <Icon size={16} aria-hidden />
      <div className={css['words']}>
        <strong>{title}</strong>
        {children !== undefined && <div className={css['text']}>{children}</div>}
      </div>
      {actions !== undefined && <div className={css['actions']}>{actions}</div>}
    </div>
  );
}
