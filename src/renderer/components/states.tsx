import { CircleAlert, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import type { ErrorDto } from '#shared/errors.ts';
import { Button, ButtonLink } from './button.tsx';
import css from './states.module.css';

type EmptyStateProps = {
  icon: LucideIcon;
  title: string;
  text: ReactNode;
  actions?: ReactNode;
};

/** Nothing here yet, and what to do about it. */
export function EmptyState({ icon: Icon, title, text, actions }: EmptyStateProps): ReactNode {
  return (
    <div className={css['state']}>
      <span className={css['icon']}>
        <Icon size={20} aria-hidden />
      </span>
      <h2 className={css['title']}>{title}</h2>
      <p className={css['text']}>{text}</p>
      {actions !== undefined && <div className={css['actions']}>{actions}</div>}
    </div>
  );
}

type ErrorStateProps = {
  error: ErrorDto;
  onRetry?: (() => void) | undefined;
  /** Where to go from what is not there. */
  elsewhere?: { href: string; label: string };
};

/** Why something is not on the screen. What is not there is not there a second time either. */
export function ErrorState({ error, onRetry, elsewhere }: ErrorStateProps): ReactNode {
  const isMissing = error.code === 'not_found';
  return (
    <div className={css['state']} role="alert">
      <span className={css['icon']} data-tone="danger">
        <CircleAlert size={20} aria-hidden />
      </span>
      <h2 className={css['title']}>{isMissing ? 'Not found' : 'This could not be read'}</h2>
      <p className={css['text']}>{error.message}</p>
      {onRetry && !isMissing && (
        <div className={css['actions']}>
          <Button onClick={onRetry}>Try again</Button>
        </div>
      )}
      {elsewhere && isMissing && (
        <div className={css['actions']}>
          <ButtonLink href={elsewhere.href}>Go to {elsewhere.label.toLowerCase()}</ButtonLink>
        </div>
      )}
    </div>
  );
}

/** Table rows of the height the real ones will have. Stands in a tbody. */
export function SkeletonRows({ rows, columns }: { rows: number; columns: number }): ReactNode {
  return Array.from({ length: rows }, (_row, row) => (
    <tr key={row} aria-hidden>
      {Array.from({ length: columns }, (_column, column) => (
        <td key={column} className={css['cell']}>
          <Skeleton width={`${45 + ((row * 7 + column * 13) % 40)}%`} />
        </td>
      ))}
    </tr>
  ));
}

/** A bar where text will be. */
export function Skeleton({ width = '100%' }: { width?: string | number }): ReactNode {
  return <span className={css['skeleton']} style={{ width }} aria-hidden />;
}
