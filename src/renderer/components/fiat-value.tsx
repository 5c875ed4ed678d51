import type { ReactNode } from 'react';
import { centsForSats, formatUsd } from '#shared/money.ts';
import { formatShortClock } from '../lib/format.ts';
import { useRateNow } from '../lib/rate.ts';
import { useTimeZone } from '../lib/time-zone.ts';
import css from './amounts.module.css';

/** What an amount is worth: now, or at the time of a rate that is no longer good. Nothing before the first rate. */
export function FiatValue({ sats }: { sats: number }): ReactNode {
  const rate = useRateNow(15_000);
  const timeZone = useTimeZone();
  if (rate === null) return null;
  return (
    <>
      <span className={css['amount']}>≈ {formatUsd(centsForSats(sats, rate.priceCents))} USD</span>{' '}
      {rate.isCurrent ? 'now' : `at the rate of ${formatShortClock(rate.observedAtMs, timeZone)}`}
    </>
  );
}
