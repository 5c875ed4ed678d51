import type { ReactNode } from 'react';
import { useStore } from 'zustand';
import { Btc } from '../../components/amounts.tsx';
import { Skeleton } from '../../components/states.tsx';
import { cx } from '../../lib/cx.ts';
import { plural } from '../../lib/format.ts';
import type { HistoryStore } from './history-store.ts';
import css from './history.module.css';

/** What the selection comes to, in one line at any width, so that the list below stays where it is. */
export function SummaryLine({ store }: { store: HistoryStore }): ReactNode {
  const summary = useStore(store, (state) => state.summary);
  const isAsking = useStore(store, (state) => state.isAsking);
  return (
    <div className={css['summary']} aria-live="polite">
      {summary === null ? (
        <Skeleton width={280} />
      ) : (
        <div className={cx(css['sums'], isAsking && css['outdated'])}>
          <strong>{plural(summary.count, 'transaction')}</strong>
          <Sum label="Deposits" sats={summary.depositSats} />
          <Sum label="Buys" sats={summary.buySats} />
          <Sum label="Withdrawals" sats={summary.withdrawalSats} />
          BTC
        </div>
      )}
      {isAsking && summary !== null && (
        <span className={css['busy']} aria-hidden>
          Looking…
        </span>
      )}
    </div>
  );
}

function Sum({ label, sats }: { label: string; sats: number }): ReactNode {
  return (
    <span className={css['sum']}>
      {label} <Btc sats={sats} unit={false} />
    </span>
  );
}
