import type { ReactNode } from 'react';
import { useStore } from 'zustand';
import type { ClientView } from '#shared/domain/client.ts';
import { Btc } from '../../components/amounts.tsx';
import { Button } from '../../components/button.tsx';
import { Skeleton } from '../../components/states.tsx';
import { Age } from '../../components/time.tsx';
import { cx } from '../../lib/cx.ts';
import { formatCount, plural } from '../../lib/format.ts';
import type { HistoryStore } from './history-store.ts';
import css from './history.module.css';

const STALE_AFTER_MS = 24 * 3_600_000;

type SummaryLineProps = { store: HistoryStore; clients: readonly ClientView[] };

/** What the selection comes to, and how whole the data under it is. */
export function SummaryLine({ store, clients }: SummaryLineProps): ReactNode {
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
        </div>
      )}
      {isAsking && summary !== null && (
        <span className={css['busy']} aria-hidden>
          Looking…
        </span>
      )}
      <span className={css['coverage']}>
        <Currency store={store} clients={clients} />
      </span>
    </div>
  );
}

function Currency({ store, clients }: SummaryLineProps): ReactNode {
  const { newRows, error, status, form, reload, retry } = useStore(store);
  if (newRows > 0) {
    return (
      <Button variant="ghost" onClick={() => void reload()}>
        {plural(newRows, 'new transaction')}, show
      </Button>
    );
  }
  if (error && status !== 'error') {
    return (
      <Button variant="ghost" onClick={retry}>
        More rows could not be read, try again
      </Button>
    );
  }
  return <Coverage clients={clients.filter((each) => covers(each, form.clientUid))} />;
}

function Sum({ label, sats }: { label: string; sats: number }): ReactNode {
  return (
    <span className={css['sum']}>
      {label} <Btc sats={sats} />
    </span>
  );
}

function covers(client: ClientView, wantedUid: string): boolean {
  return wantedUid === '' ? !client.archived : client.uid === wantedUid;
}

/** How far the history of the clients in view was read, and when. */
function Coverage({ clients }: { clients: readonly ClientView[] }): ReactNode {
  const [only] = clients;
  if (only === undefined) return null;
  const read = clients.flatMap(({ history }) => (history.asOfMs === null ? [] : [history.asOfMs]));
  const oldest = read.length < clients.length ? null : Math.min(...read);
  const incomplete = clients.filter(({ history }) => !history.complete);
  return (
    <>
      {coverageText(clients, incomplete)}, <Age ms={oldest} staleAfterMs={STALE_AFTER_MS} />
    </>
  );
}

function coverageText(clients: readonly ClientView[], incomplete: readonly ClientView[]): string {
  const [only] = clients;
  if (clients.length === 1 && only) {
    return only.history.complete
      ? 'Complete'
      : `Complete to page ${formatCount(only.history.completeToPage)}`;
  }
  if (incomplete.length === 0) return `Complete for all ${formatCount(clients.length)} clients`;
  return `Not complete for ${formatCount(incomplete.length)} of ${formatCount(clients.length)} clients`;
}
