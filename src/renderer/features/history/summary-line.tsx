import type { ReactNode } from 'react';
import { useStore } from 'zustand';
import type { ClientsReading } from '#shared/domain/client.ts';
import { Btc } from '../../components/amounts.tsx';
import { Skeleton } from '../../components/states.tsx';
import { cx } from '../../lib/cx.ts';
import { plural } from '../../lib/format.ts';
import type { HistoryStore } from './history-store.ts';
import css from './history.module.css';

type SummaryLineProps = { store: HistoryStore; reading: ClientsReading | null };

/** What the selection comes to, in one line at any width, so that the list below stays where it is. */
export function SummaryLine({ store, reading }: SummaryLineProps): ReactNode {
  const isWhole = reading?.incomplete === 0;
  const summary = useStore(store, (state) => state.summary);
  const isAsking = useStore(store, (state) => state.isAsking);
  return (
    <div className={css['summary']} aria-live="polite">
      {summary === null || reading === null ? (
        <Skeleton width={280} />
      ) : (
        <div className={cx(css['sums'], isAsking && css['outdated'])}>
          <strong>
            {plural(summary.count, 'transaction')}
            {!isWhole && ' so far'}
          </strong>
          <Sum label="Deposits" sats={isWhole ? summary.depositSats : null} />
          <Sum label="Buys" sats={isWhole ? summary.buySats : null} />
          <Sum label="Withdrawals" sats={isWhole ? summary.withdrawalSats : null} />
          {isWhole ? 'BTC' : 'Not all read yet'}
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

/** A sum of what is not all read is none. */
function Sum({ label, sats }: { label: string; sats: number | null }): ReactNode {
  return (
    <span className={css['sum']}>
      {label} {sats === null ? '—' : <Btc sats={sats} unit={false} />}
    </span>
  );
}
