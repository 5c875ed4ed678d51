import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { formatUsd } from '#shared/money.ts';
import { cx } from '../lib/cx.ts';
import { formatCountdown } from '../lib/format.ts';
import { useNow } from '../lib/now.ts';
import { useRateStatus } from '../lib/profile.tsx';
import css from './header.module.css';

/** The price and how long it holds, counted down on the server's clock. */
export function RateTicker(): ReactNode {
  const status = useRateStatus();
  const now = useNow();
  if (!status?.rate) return null;
  const { rate, clockOffsetMs } = status;
  const leftMs = rate.timeExpiresMs - (now + clockOffsetMs);
  return (
    <Link href="/rates" className={css['fact'] ?? ''}>
      <span>1 BTC</span>
      <strong>{formatUsd(rate.buyPriceCents)}</strong>
      <span>USD</span>
      <span className={cx(css['countdown'], leftMs <= 0 && css['late'])}>
        {leftMs > 0 ? formatCountdown(leftMs) : 'expired'}
      </span>
    </Link>
  );
}
