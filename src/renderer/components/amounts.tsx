import type { ReactNode } from 'react';
import { formatBtc, formatUsd } from '#shared/money.ts';
import css from './amounts.module.css';

type BtcProps = {
  sats: number;
  /** Also shows + on what comes in. */
  signed?: boolean;
  /** False in a table, whose header names the unit. */
  unit?: boolean;
};

/** Always eight decimals, U+2212 for minus. */
export function Btc({ sats, signed = false, unit = true }: BtcProps): ReactNode {
  return (
    <span className={css['amount']}>
      {signed && sats > 0 && '+'}
      {formatBtc(sats)}
      {unit && <span className={css['unit']}> BTC</span>}
    </span>
  );
}

/** Always two decimals, U+2212 for minus. */
export function Usd({ cents, unit = true }: { cents: number; unit?: boolean }): ReactNode {
  return (
    <span className={css['amount']}>
      {formatUsd(cents)}
      {unit && <span className={css['unit']}> USD</span>}
    </span>
  );
}
