import { ChevronLeft } from 'lucide-react';
import { useEffect, type ReactNode } from 'react';
import { Link } from 'wouter';
import { Named } from './named.tsx';
import css from './page-header.module.css';

type PageHeaderProps = {
  title: string;
  /** A line of facts below the title. */
  meta?: ReactNode;
  actions?: ReactNode;
  back?: { href: string; label: string } | undefined;
};

/** The page's h1, which the shell focuses after navigation, and the window's title. */
export function PageHeader({ title, meta, actions, back }: PageHeaderProps): ReactNode {
  useEffect(() => {
    document.title = `${title} · Bitpro Desk`;
  }, [title]);
  return (
    <header className={css['header']}>
      <div className={css['words']}>
        {back && (
          <Link href={back.href} className={css['back']}>
            <ChevronLeft size={14} aria-hidden />
            <Named>{back.label}</Named>
          </Link>
        )}
        <h1 className={css['title']} tabIndex={-1}>
          <Named>{title}</Named>
        </h1>
        {meta !== undefined && <div className={css['meta']}>{meta}</div>}
      </div>
      {actions !== undefined && <div className={css['actions']}>{actions}</div>}
    </header>
  );
}
