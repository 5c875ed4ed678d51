import { Archive, ArchiveRestore, Pencil, RefreshCw } from 'lucide-react';
import { useRef, useState, type ReactNode } from 'react';
import { useParams } from 'wouter';
import { navigate } from 'wouter/use-hash-location';
import { isRefused } from '#shared/domain/client-problem.ts';
import type { ClientView } from '#shared/domain/client.ts';
import { Badge } from '../../components/badge.tsx';
import { Banner } from '../../components/banner.tsx';
import { Btc } from '../../components/amounts.tsx';
import { Button, ButtonLink } from '../../components/button.tsx';
import { FigureRow, KeyFigure } from '../../components/card.tsx';
import { FiatValue } from '../../components/fiat-value.tsx';
import { whatDiffers } from '../../components/wording.ts';
import { Menu } from '../../components/menu.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { ErrorState, Skeleton } from '../../components/states.tsx';
import { Age } from '../../components/time.tsx';
import { Waiting } from '../../components/waiting.tsx';
import { toast } from '../../components/toasts.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { formatCount, plural } from '../../lib/format.ts';
import { call } from '../../lib/ipc.ts';
import { useOnScreen } from '../../lib/on-screen.ts';
import { clientName, useClient } from '../../lib/client.ts';
import { formatBtc } from '#shared/money.ts';
import { visibleText } from '#shared/text.ts';
import { AddressConflict } from './address-conflict.tsx';
import { STALE_AFTER_MS } from './client-columns.tsx';
import { ClientHistory } from './client-history.tsx';
import css from './client-page.module.css';
import { DepositAddress } from './deposit-address.tsx';
import { LabelDialog } from './label-dialog.tsx';

const backToClients = { href: '/clients', label: 'Clients' };

export function ClientPage(): ReactNode {
  const { uid = '' } = useParams<{ uid: string }>();
  const reading = useClient(uid);
  useOnScreen([uid]);
  if (reading.status === 'ready') return <ClientDetails client={reading.client} />;
  return (
    <>
      <PageHeader title="Client" back={backToClients} />
      {reading.status === 'loading' ? (
        <Skeleton width={320} />
      ) : (
        <ErrorState error={reading.error} onRetry={reading.retry} elsewhere={backToClients} />
      )}
    </>
  );
}

function ClientDetails({ client }: { client: ClientView }): ReactNode {
  const { conflictingAddress } = client;
  return (
    <div className={css['page']}>
      <PageHeader
        title={clientName(client)}
        back={backToClients}
        meta={<Meta client={client} />}
        actions={<Actions client={client} />}
      />
      {conflictingAddress !== null && (
        <AddressConflict client={client} conflictingAddress={conflictingAddress} />
      )}
      <Doubts client={client} />
      <div className={css['top']}>
        <DepositAddress client={client} />
        <Figures client={client} />
      </div>
      <ClientHistory client={client} />
    </div>
  );
}

/** Why the figures below cannot be relied on, and what to do about it. */
function Doubts({ client }: { client: ClientView }): ReactNode {
  const { uid, balance, reconciliation, problem, unusableRows, removedRows } = client;
  const isNotKnown = balance === null && problem !== null && isRefused(problem);
  const isDiffering = reconciliation.verdict === 'differs';
  return (
    <>
      {isNotKnown && <NotKnown client={client} />}
      {problem !== null && !isNotKnown && (
        <Banner tone="danger" title="This client could not be read">
          {problem.message} The figures below are what was last read.
          {problem.code === 'not_found' &&
            ' If this uid is not one of yours, archive the client under More actions.'}
        </Banner>
      )}
      {unusableRows.length > 0 && (
        <Banner
          tone="danger"
          title={`${plural(unusableRows.length, 'row')} of its history cannot be used`}
        >
          They are in no list and no sum. Ask Bitpro about them:
          <ul>
            {unusableRows.map((row) => (
              <li key={`${row.page} ${row.tid} ${row.problem}`}>
                Page {formatCount(row.page)}
                {row.tid !== null && `, transaction ${visibleText(row.tid)}`}: {row.problem}
              </li>
            ))}
          </ul>
        </Banner>
      )}
      {removedRows > 0 && (
        <Banner tone="warning" title={`${plural(removedRows, 'transaction')} removed by Bitpro`}>
          Bitpro no longer lists what is marked so below. It stays here and is in no sum.
        </Banner>
      )}
      {isDiffering && (
        <Banner
          tone="danger"
          title="The balance is not what the history adds up to"
          actions={<ButtonLink href={`/history?client=${uid}`}>See the history</ButtonLink>}
        >
          {sentence(whatDiffers(reconciliation))}
          {balance !== null && reconciliation.computedSats !== null && (
            <>
              {' '}
              Bitpro reports <Btc sats={balance.balanceSats} />, the history comes to{' '}
              <Btc sats={reconciliation.computedSats} />.
            </>
          )}{' '}
          Refresh reads the whole history again.
        </Banner>
      )}
    </>
  );
}

/** Bitpro refuses the uid, and nothing of it was ever read. */
function NotKnown({ client }: { client: ClientView }): ReactNode {
  const { uid } = client;
  const retry = async (): Promise<void> => {
    const result = await call('clients.refresh', { uid });
    if (result.ok) return;
    toast.show({ tone: 'warning', title: 'Still not known', text: result.error.message });
  };
  const remove = async (): Promise<void> => {
    const result = await call('clients.remove', { uid });
    if (result.ok) return navigate('/clients');
    toast.show({ tone: 'danger', title: 'Not removed', text: result.error.message });
  };
  return (
    <Banner
      tone="danger"
      title="Not known to Bitpro"
      actions={
        <>
          <Button onClick={() => void retry()}>Retry</Button>
          <Button onClick={() => void remove()}>Remove</Button>
        </>
      }
    >
      Bitpro knows no client {uid} of this account, so it is in no sum. If the uid was mistyped,
      remove it.
    </Banner>
  );
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}

function Meta({ client }: { client: ClientView }): ReactNode {
  return (
    <>
      <span className={css['uid']}>
        UID {client.uid} <CopyButton text={client.uid} label="Copy UID" />
      </span>
      {client.openIntents > 0 && (
        <Badge tone="warning">{formatCount(client.openIntents)} not settled</Badge>
      )}
      {client.archived && <Badge tone="neutral">Archived</Badge>}
    </>
  );
}

function Actions({ client }: { client: ClientView }): ReactNode {
  const { uid, archived, conflictingAddress } = client;
  const [labelling, setLabelling] = useState(false);
  const [refreshing, setRefreshing] = useState(false);
  const blocked = conflictingAddress !== null || archived;

  const asked = useRef(0);
  const refresh = async (): Promise<void> => {
    asked.current += 1;
    const mine = asked.current;
    setRefreshing(true);
    const result = await call('clients.refresh', { uid });
    // Nobody waits for it any more; what it brought is on the screen all the same.
    if (mine !== asked.current) return;
    setRefreshing(false);
    if (result.ok) return toast.show({ tone: 'success', title: 'Balance and history read' });
    toast.show({ tone: 'warning', title: 'Not refreshed', text: result.error.message });
  };

  return (
    <>
      <Menu
        label="More actions"
        items={[
          { label: 'Change label', icon: Pencil, onSelect: () => setLabelling(true) },
          archived
            ? { label: 'Restore', icon: ArchiveRestore, onSelect: () => void archive(uid, false) }
            : { label: 'Archive', icon: Archive, onSelect: () => void archive(uid, true) },
        ]}
      />
      <Button icon={RefreshCw} loading={refreshing} onClick={() => void refresh()}>
        Refresh
      </Button>
      <Button
        disabled={blocked}
        aria-describedby={blocked ? 'client-blocked' : undefined}
        onClick={() => navigate(`/clients/${uid}/withdraw`)}
      >
        Withdraw
      </Button>
      <Button
        variant="primary"
        disabled={blocked}
        aria-describedby={blocked ? 'client-blocked' : undefined}
        onClick={() => navigate(`/clients/${uid}/buy`)}
      >
        Buy
      </Button>
      {blocked && (
        <span id="client-blocked" hidden>
          {archived ? 'The client is archived.' : 'The deposit address must be settled first.'}
        </span>
      )}
      <div className={css['late']}>
        <Waiting
          active={refreshing}
          onStop={() => {
            asked.current += 1;
            setRefreshing(false);
          }}
        >
          Still waiting for Bitpro to answer.
        </Waiting>
      </div>
      <LabelDialog client={client} open={labelling} onOpenChange={setLabelling} />
    </>
  );
}

async function archive(uid: string, archived: boolean): Promise<void> {
  const result = await call('clients.archive', { uid, archived });
  if (!result.ok) {
    return toast.show({ tone: 'danger', title: 'Not changed', text: result.error.message });
  }
  toast.show({
    tone: 'success',
    title: archived ? 'Client archived' : 'Client restored',
    ...(archived ? { action: { label: 'Undo', onClick: () => void archive(uid, false) } } : {}),
  });
}

function Figures({ client }: { client: ClientView }): ReactNode {
  const { balance } = client;
  const age = <Age ms={balance?.asOfMs ?? null} staleAfterMs={STALE_AFTER_MS} />;
  return (
    <FigureRow>
      <KeyFigure
        label="Balance"
        value={balance ? formatBtc(balance.balanceSats) : '—'}
        unit={balance ? 'BTC' : undefined}
        hint={
          <>
            {balance && (
              <>
                <FiatValue sats={balance.balanceSats} /> ·{' '}
              </>
            )}
            {age}
          </>
        }
      />
      <KeyFigure
        label="Unconfirmed"
        value={balance ? formatBtc(balance.unconfirmedSats) : '—'}
        unit={balance ? 'BTC' : undefined}
        hint={<>Not part of the balance · {age}</>}
      />
    </FigureRow>
  );
}
