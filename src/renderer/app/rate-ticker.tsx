import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { formatUsd } from '#shared/money.ts';
import { cx } from '../lib/cx.ts';
import { formatCountdown } from '../lib/format.ts';
import { useRateNow } from '../lib/rate.ts';
import css from './header.module.css';

/** The price and how long it holds, counted down on the server's clock. */
export function RateTicker(): ReactNode {
  const rate = useRateNow();
  if (rate === null) return null;
  const { leftMs, priceCents } = rate;
  return (
    <Link href="/rates" className={css['fact'] ?? ''}>
      <span>1 BTC</span>
      <strong>{formatUsd(priceCents)}</strong>
      <span>USD</span>
      {leftMs !== null && (
        <span className={cx(css['countdown'], leftMs <= 0 && css['late'])}>
          {leftMs > 0 ? formatCountdown(leftMs) : 'expired'}
        </span>
      )}
    </Link>
  );
}
