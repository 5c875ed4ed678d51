import { Users } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { Link } from 'wouter';
import type { Intent } from '#shared/domain/intent.ts';
import type { Overview } from '#shared/domain/overview.ts';
import { Banner } from '../../components/banner.tsx';
import { Button, ButtonLink } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { ClientName } from '../../components/client-name.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { EmptyState, ErrorState } from '../../components/states.tsx';
import { Age, ShortClock } from '../../components/time.tsx';
import { useConnection, useSyncProgress } from '../../lib/profile.tsx';
import { useDamage } from '../../lib/damage.ts';
import { useLast } from '../../lib/last.ts';
import { useRequest } from '../../lib/resource.ts';
import { AddressAttention } from './address-attention.tsx';
import { firstQuery } from './first-query.ts';
import { OpenIntents } from './open-intents.tsx';
import css from './overview-page.module.css';
import { Figures, FiguresSkeleton } from './figures.tsx';
import { Reconciliation, ReconciliationSkeleton } from './reconciliation.tsx';
import { unreadOf, verdictOf, type Verdict } from './verdict.ts';

/** A figure older than this says so (the app reads every few minutes while online). */
const STALE_AFTER_MS = 15 * 60_000;

/** The home screen. Its one question: is everything accounted for? */
export function OverviewPage(): ReactNode {
  const [query, setQuery] = useState(firstQuery);
  const overview = useRequest('overview.get', query, ['clients.changed', 'transactions.changed']);
  const shown = useLast(overview.value);
  const intents = useRequest('intents.list', { openOnly: true }, ['intents.changed']);
  const read = shown?.readAtMs ?? null;
  return (
    <div className={css['page']}>
      <PageHeader
        title="Overview"
        meta={
          read === null ? (
            shown?.total.clients !== 0 && 'Not all figures were read yet'
          ) : (
            <span>
              Oldest figure read <Age ms={read.oldest} staleAfterMs={STALE_AFTER_MS} />
            </span>
          )
        }
      />
      {overview.status === 'loading' && shown === null && (
        <>
          <Banner tone="neutral" title="Adding up balances and histories">
            The verdict follows in a moment.
          </Banner>
          <FiguresSkeleton />
          <ReconciliationSkeleton />
        </>
      )}
      {overview.status === 'error' && (
        <ErrorState error={overview.error} onRetry={overview.reload} />
      )}
      {overview.status !== 'error' && shown !== null && (
        <>
          {intents.error && (
            <Banner
              tone="danger"
              title="Open requests could not be read"
              actions={<Button onClick={intents.reload}>Try again</Button>}
            >
              {intents.error.message}
            </Banner>
          )}
          <Accounts overview={shown} intents={intents.value ?? []}>
            <Reconciliation overview={shown} query={query} onQuery={setQuery} />
          </Accounts>
        </>
      )}
    </div>
  );
}

function Accounts({
  overview,
  intents,
  children,
}: {
  overview: Overview;
  intents: readonly Intent[];
  children: ReactNode;
}): ReactNode {
  const isOnline = useConnection()?.state === 'online';
  const sync = useSyncProgress();
  const isRegistryWhole = useDamage()?.incomplete.includes('clients') !== true;
  if (overview.total.clients === 0 && isRegistryWhole) {
    return (
      <>
        <OpenIntents intents={intents} />
        <Card>
          <EmptyState
            icon={Users}
            title="No clients yet"
            text="Bitpro lists no clients, so this app keeps the register. Create a client, or add those you have by UID; their history is then read and reconciled here."
            actions={
              <ButtonLink href="/clients" variant="primary">
                Go to clients
              </ButtonLink>
            }
          />
        </Card>
      </>
    );
  }
  const verdict = verdictOf(overview, {
    openIntents: intents.length,
    failingCount: sync?.failingCount ?? 0,
    failing: sync?.failing ?? [],
    isCurrent: isOnline && sync?.lastError === null && sync.lastCompletedAtMs !== null,
    isRegistryWhole,
  });
  return (
    <>
      <VerdictBanner verdict={verdict} readAtMs={overview.readAtMs} />
      <AddressAttention />
      <OpenIntents intents={intents} />
      <Figures total={overview.total} unread={unreadOf(overview, sync?.failingCount ?? 0)} />
      {children}
    </>
  );
}

type VerdictBannerProps = { verdict: Verdict; readAtMs: Overview['readAtMs'] };

/** The verdict beside the age of what it is about, and a way to the cause of each doubt. */
function VerdictBanner({ verdict, readAtMs }: VerdictBannerProps): ReactNode {
  const { tone, title, text, clients } = verdict;
  return (
    <Banner tone={tone} title={title}>
      {text}{' '}
      {readAtMs !== null && (
        <>
          As of <ShortClock ms={readAtMs.newest} />, oldest figure{' '}
          <Age ms={readAtMs.oldest} staleAfterMs={STALE_AFTER_MS} />.
        </>
      )}
      {clients.length > 0 && (
        <ul>
          {clients.map(({ uid, what }) => (
            <li key={uid}>
              <Link href={`/clients/${uid}`}>
                <ClientName uid={uid} />
              </Link>
              : {what}
            </li>
          ))}
        </ul>
      )}
    </Banner>
  );
}
