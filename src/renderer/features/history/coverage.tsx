import type { ReactNode } from 'react';
import { useStore } from 'zustand';
import type { ClientView } from '#shared/domain/client.ts';
import { Age } from '../../components/time.tsx';
import { coverageWords } from '../../components/wording.ts';
import { formatCount } from '../../lib/format.ts';
import type { HistoryStore } from './history-store.ts';
import css from './history.module.css';

const STALE_AFTER_MS = 24 * 3_600_000;

type CoverageProps = { store: HistoryStore; clients: readonly ClientView[] };

/** How far the history of the clients in view was read, and when. */
export function Coverage({ store, clients }: CoverageProps): ReactNode {
  const wantedUid = useStore(store, ({ form }) => form.clientUid);
  const inView = clients.filter((each) => covers(each, wantedUid));
  if (inView.length === 0) return null;
  const read = inView.flatMap(({ history }) => (history.asOfMs === null ? [] : [history.asOfMs]));
  const oldest = read.length < inView.length ? null : read.reduce((a, b) => Math.min(a, b));
  const incomplete = inView.filter(({ history }) => !history.complete);
  return (
    <span className={css['coverage']}>
      {coverageText(inView, incomplete)}
      {oldest !== null && (
        <>
          , <Age ms={oldest} staleAfterMs={STALE_AFTER_MS} />
        </>
      )}
    </span>
  );
}

/** Whether all rows there are of the client, or of every client in the list, are on this machine. */
export function isHistoryWhole(clients: readonly ClientView[], wantedUid: string): boolean {
  return clients.every((each) => !covers(each, wantedUid) || each.history.complete);
}

function covers(client: ClientView, wantedUid: string): boolean {
  return wantedUid === '' ? !client.archived : client.uid === wantedUid;
}

function coverageText(clients: readonly ClientView[], incomplete: readonly ClientView[]): string {
  const [only] = clients;
  if (clients.length === 1 && only) return coverageWords(only.history);
  if (incomplete.length === 0) return `Complete for all ${formatCount(clients.length)} clients`;
  return `Not complete for ${formatCount(incomplete.length)} of ${formatCount(clients.length)} clients`;
}
