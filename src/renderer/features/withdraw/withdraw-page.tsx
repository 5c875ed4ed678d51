import type { ReactNode } from 'react';
import { useParams } from 'wouter';
import { PageHeader } from '../../components/page-header.tsx';
import { ErrorState, Skeleton } from '../../components/states.tsx';
import { useClient, wayBack } from '../../lib/client.ts';
import { WithdrawForm } from './withdraw-form.tsx';
import css from './withdraw.module.css';

export function WithdrawPage(): ReactNode {
  const { uid = '' } = useParams<{ uid: string }>();
  const reading = useClient(uid);
  return (
    <div className={css['page']}>
      <PageHeader title="Withdraw bitcoin" back={wayBack(reading, uid)} />
      {reading.status === 'ready' && <WithdrawForm client={reading.client} />}
      {reading.status === 'loading' && <Skeleton width={320} />}
      {reading.status === 'error' && (
        <ErrorState
          error={reading.error}
          onRetry={reading.retry}
          elsewhere={wayBack(reading, uid)}
        />
      )}
    </div>
  );
}
