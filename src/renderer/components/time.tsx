import type { ReactNode } from 'react';
import { cx } from '../lib/cx.ts';
import { formatAge, formatMinute, formatSecond, formatShortClock } from '../lib/format.ts';
import { useNow } from '../lib/now.ts';
import { useTimeZone } from '../lib/time-zone.ts';
import css from './time.module.css';
import { VisuallyHidden } from './visually-hidden.tsx';

/** A moment in the operator's zone; seconds and zone on hover. */
export function Time({ ms }: { ms: number }): ReactNode {
  const timeZone = useTimeZone();
  return (
    <time
      className={css['time']}
      dateTime={new Date(ms).toISOString()}
      title={`${formatSecond(ms, timeZone)} ${timeZone}`}
    >
      {formatMinute(ms, timeZone)}
    </time>
  );
}

/** `14:05` in the operator's zone, with its day when that is not today. */
export function ShortClock({ ms }: { ms: number }): ReactNode {
  const timeZone = useTimeZone();
  return (
    <time
      className={css['time']}
      dateTime={new Date(ms).toISOString()}
      title={`${formatSecond(ms, timeZone)} ${timeZone}`}
    >
      {formatShortClock(ms, timeZone)}
    </time>
  );
}

type AgeProps = {
  /** Null: never read. */
  ms: number | null;
  staleAfterMs?: number;
  /** In a column: that it is out of date is drawn as a colour, and said on hover and to a screen reader. */
  isShort?: boolean;
};

/** How old something is; says so when older than `staleAfterMs`. */
export function Age({ ms, staleAfterMs, isShort = false }: AgeProps): ReactNode {
  const now = useNow(15_000);
  const timeZone = useTimeZone();
  if (ms === null) return <span className={css['time']}>{isShort ? 'never' : 'not read yet'}</span>;
  const ageMs = Math.max(0, now - ms);
  const stale = staleAfterMs !== undefined && ageMs > staleAfterMs;
  return (
    <time
      className={cx(css['time'], stale && css['stale'])}
      dateTime={new Date(ms).toISOString()}
      title={`${formatSecond(ms, timeZone)} ${timeZone}${stale ? ', out of date' : ''}`}
    >
      {formatAge(ageMs)}
      {stale && (isShort ? <VisuallyHidden>, out of date</VisuallyHidden> : ', out of date')}
    </time>
  );
}
