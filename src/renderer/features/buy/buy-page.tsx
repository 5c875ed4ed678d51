import { useState, type ReactNode, type SubmitEvent } from 'react';
import { useLocation, useParams } from 'wouter';
import type { ClientView } from '#shared/domain/client.ts';
import type { ErrorDto } from '#shared/errors.ts';
import { describeAmountProblem, parseUsd, readAs, satsForCents } from '#shared/money.ts';
import { Btc } from '../../components/amounts.tsx';
import { Banner } from '../../components/banner.tsx';
import { Button, ButtonLink } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { OpenIntents } from '../../components/intent/open-intents.tsx';
import { fieldOfRefusal, Refusal } from '../../components/intent/refusal.tsx';
import { RepeatReason } from '../../components/intent/repeat-reason.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { ErrorState, Skeleton } from '../../components/states.tsx';
import { TextField } from '../../components/text-field.tsx';
import { useClient, wayBack } from '../../lib/client.ts';
import { createUseDraft } from '../../lib/drafts.ts';
import { call } from '../../lib/ipc.ts';
import { useRateStatus } from '../../lib/profile.tsx';
import { useRequest } from '../../lib/resource.ts';
import css from './buy.module.css';
import { CurrentRate } from './current-rate.tsx';

const useBuyDraft = createUseDraft({ amountUsd: '', reason: '' });

export function BuyPage(): ReactNode {
  const { uid = '' } = useParams<{ uid: string }>();
  const reading = useClient(uid);
  return (
    <div className={css['page']}>
      <PageHeader title="Buy bitcoin" back={wayBack(reading, uid)} />
      {reading.status === 'ready' && <BuyForm client={reading.client} />}
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

function BuyForm({ client }: { client: ClientView }): ReactNode {
  const { uid } = client;
  const { fields, refused, ready, setFields, setIntent } = useBuyDraft(uid);
  const open = useRequest('intents.list', { openOnly: true }, ['intents.changed']);
  const [looked, setLooked] = useState(false);
  const [preparing, setPreparing] = useState(false);
  const [error, setError] = useState<ErrorDto | null>(null);
  const [, navigate] = useLocation();
  const amount = parseUsd(fields.amountUsd);

  const review = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setLooked(true);
    if (!amount.ok || preparing) return;
    setPreparing(true);
    const result = await call('intents.prepare', { kind: 'buy', clientUid: uid, ...fields });
    setPreparing(false);
    if (!result.ok) return setError(result.error);
    setIntent(result.value.intent.id);
    navigate(`/intents/${result.value.intent.id}`);
  };

  if (!ready) return <Skeleton width={320} />;
  return (
    <form className={css['stack']} onSubmit={(event) => void review(event)}>
      <OpenIntents intents={open.value?.filter((intent) => intent.clientUid === uid) ?? []} />
      {refused !== null && <Refusal intent={refused} />}
      <FormError error={error} />
      <Card>
        <div className={css['stack']}>
          <div className={css['amount']}>
            <TextField
              label="Amount in USD"
              numeric
              autoFocus
              suffix="USD"
              placeholder="0.00"
              hint={readAs(fields.amountUsd, 'USD')}
              value={fields.amountUsd}
              error={
                (looked && !amount.ok ? describeAmountProblem(amount.problem, 'USD') : null) ??
                (error?.field === 'amountUsd' ? error.message : null) ??
                refusalAt(refused?.reason)
              }
              onBlur={() => setLooked(fields.amountUsd !== '')}
              onChange={(event) => {
                setFields({ amountUsd: event.target.value, reason: '' });
                setError(null);
              }}
            />
          </div>
          <RepeatReason
            key={fields.amountUsd}
            error={error?.field === 'reason' ? error.message : null}
            reason={fields.reason}
            onChange={(reason) => setFields({ reason })}
          />
          <Expected cents={amount.ok ? amount.value : null} />
          <CurrentRate />
        </div>
      </Card>
      <div className={css['buttons']}>
        <ButtonLink href={`/clients/${uid}`}>Cancel</ButtonLink>
        <Button type="submit" variant="primary" loading={preparing}>
          Review
        </Button>
      </div>
    </form>
  );
}

function refusalAt(reason: string | null | undefined): string | null {
  return reason && fieldOfRefusal(reason) === 'amount' ? reason : null;
}

function FormError({ error }: { error: ErrorDto | null }): ReactNode {
  if (error === null || error.field === 'amountUsd' || error.field === 'reason') return null;
  return (
    <Banner tone="danger" title="Not ready for review. Nothing was sent.">
      {error.message}
    </Banner>
  );
}

function Expected({ cents }: { cents: number | null }): ReactNode {
  const rate = useRateStatus()?.rate ?? null;
  const sats = cents !== null && rate ? satsForCents(cents, rate.buyPriceCents) : null;
  return (
    <div className={css['expected']}>
      <span className={css['label']}>Expected</span>
      <output className={css['figure']}>
        {sats === null ? '—' : <>≈ {<Btc sats={sats} />}</>}
      </output>
      <span className={css['note']}>
        The rate does not bind Bitpro: it buys at its rate of that moment.
      </span>
    </div>
  );
}
