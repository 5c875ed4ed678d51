import {
  CircleCheck,
  CircleDashed,
  CircleStop,
  CloudOff,
  RefreshCw,
  type LucideIcon,
} from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { ConnectionStatus, SyncProgress } from '#shared/domain/sync.ts';
import { IconButton } from '../components/icon-button.tsx';
import { ProgressBar } from '../components/progress-bar.tsx';
import { Age } from '../components/time.tsx';
import { toast } from '../components/toasts.tsx';
import { cx } from '../lib/cx.ts';
import { formatCount, plural } from '../lib/format.ts';
import { call } from '../lib/ipc.ts';
import { useLasting } from '../lib/lasting.ts';
import { useConnection, useSyncProgress } from '../lib/profile.tsx';
import css from './header.module.css';

const words: Record<ConnectionStatus['state'], { word: string; icon: LucideIcon }> = {
  unknown: { word: 'Connecting', icon: CircleDashed },
  online: { word: 'Online', icon: CircleCheck },
  offline: { word: 'Offline', icon: CloudOff },
};

/** The reading of each minute is over sooner, and is nothing to look at. */
const SHOWN_AFTER_MS = 1500;

async function readNow(): Promise<void> {
  const result = await call('sync.start', {});
  if (!result.ok) {
    toast.show({ tone: 'warning', title: 'Not refreshed', text: result.error.message });
  }
}

/** Whether the service answers, and how old the figures on screen are. */
export function ConnectionState(): ReactNode {
  const connection = useConnection();
  const sync = useSyncProgress();
  const state = connection?.state ?? 'unknown';
  const isRunning = sync?.running === true;
  const isLong = useLasting(isRunning, SHOWN_AFTER_MS);
  const failingCount = sync?.failingCount ?? 0;
  // Not “read just now” while anything could not be read.
  const isWhole = failingCount === 0 && sync?.lastError === null;
  const readAtMs = isLong || !isWhole ? null : (sync?.lastCompletedAtMs ?? null);
  const { word, icon: Icon } = words[state];
  return (
    <>
      <span className={css['rule']} />
      <span className={css['fact']} role="status" aria-label="Connection">
        <Icon size={15} className={cx(css[state])} aria-hidden />
        <strong>{word}</strong>
        {readAtMs !== null && (
          <span>
            read <Age ms={readAtMs} />
          </span>
        )}
      </span>
      {failingCount > 0 && (
        <Link href="/" className={cx(css['fact'], css['late'])}>
          {plural(failingCount, 'client')} not read
        </Link>
      )}
      {sync && isLong && <Reading sync={sync} />}
      {/* One button, so that it keeps the focus when it becomes the other. */}
      <IconButton
        label={isLong ? 'Stop reading' : 'Refresh now'}
        icon={isLong ? CircleStop : RefreshCw}
        disabled={isRunning && !isLong}
        onClick={() => void (isLong ? call('sync.cancel', {}) : readNow())}
      />
    </>
  );
}

function Reading({ sync }: { sync: SyncProgress }): ReactNode {
  const { clientsDone, clientsTotal } = sync;
  return (
    <span className={css['fact']} title={detailOf(sync)}>
      Reading {formatCount(clientsDone)} of {formatCount(clientsTotal)}
      <span className={css['progress']}>
        <ProgressBar label="Reading clients" value={clientsDone} max={clientsTotal} />
      </span>
    </span>
  );
}

/** How much there is to read is known only where every history was read to its end before. */
function detailOf({ pages, rows, pagesLeft }: SyncProgress): string {
  const done = `${plural(pages, 'page')} read, ${plural(rows, 'row')} new or changed.`;
  if (pagesLeft !== null) return `${done} ${plural(pagesLeft, 'page')} left.`;
  return `${done} Bitpro does not say how many are left.`;
}
