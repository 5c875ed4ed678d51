import type { ReactNode } from 'react';
import { useParams } from 'wouter';
import type { IntentReview } from '#shared/domain/intent.ts';
import { OutcomeBanner, OutcomeFacts } from '../../components/intent/outcome.tsx';
import { ButtonLink } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { ErrorState, Skeleton } from '../../components/states.tsx';
import { intentKindWords } from '../../components/wording.ts';
import { useRequest } from '../../lib/resource.ts';
import css from './intents.module.css';
import { ReviewStep } from './review-step.tsx';
import { SettlingCard } from './settling-card.tsx';

const backToRequests = { href: '/intents', label: 'Requests' };

/** One intent from its review to its end. Buy and withdraw come here with a journaled draft. */
export function IntentPage(): ReactNode {
  const { id = '' } = useParams<{ id: string }>();
  const review = useRequest('intents.review', { id }, ['intents.changed']);
  if (review.status === 'error') {
    return (
      <>
        <PageHeader title="Request" back={backToRequests} />
        <ErrorState error={review.error} onRetry={review.reload} elsewhere={backToRequests} />
      </>
    );
  }
  if (review.status === 'loading') {
    return (
      <>
        <PageHeader title="Request" back={backToRequests} />
        <Skeleton width={360} />
      </>
    );
  }
  const { intent } = review.value;
  const isWaiting = intent.state === 'journaled';
  const noun = intentKindWords[intent.kind];
  return (
    <div className={css['narrow']}>
      <PageHeader
        title={isWaiting ? `Review ${noun.toLowerCase()}` : noun}
        back={backOf(review.value)}
      />
      {isWaiting ? (
        <ReviewStep review={review.value} onMoved={review.reload} />
      ) : (
        <Outcome review={review.value} />
      )}
    </div>
  );
}

function backOf({ intent, clientLabel }: IntentReview): { href: string; label: string } {
  if (intent.clientUid === null) return { href: '/clients', label: 'Clients' };
  return {
    href: `/clients/${intent.clientUid}`,
    label: clientLabel === '' ? intent.clientUid : clientLabel,
  };
}

function Outcome({ review }: { review: IntentReview }): ReactNode {
  return (
    <div className={css['stack']}>
      <OutcomeBanner review={review} />
      <SettlingCard review={review} />
      <Card>
        <OutcomeFacts review={review} />
      </Card>
      <WaysOn review={review} />
    </div>
  );
}

const startAgain = { buy: 'buy', withdrawal: 'withdraw', create_client: '' };

/** Never a way to send the same again: an unknown outcome only leads back to what is known. */
function WaysOn({ review }: { review: IntentReview }): ReactNode {
  const { state, kind, clientUid } = review.intent;
  const canStartAgain = state === 'rejected' || state === 'cleared' || state === 'discarded';
  const form = clientUid === null ? '/clients' : `/clients/${clientUid}/${startAgain[kind]}`;
  return (
    <div className={css['ways']}>
      {clientUid === null && !canStartAgain && <ButtonLink href="/clients">All clients</ButtonLink>}
      {clientUid !== null && (
        <ButtonLink
          href={`/clients/${clientUid}`}
          variant={canStartAgain ? 'secondary' : 'primary'}
        >
          Back to client
        </ButtonLink>
      )}
      {canStartAgain && (
        <ButtonLink href={form} variant="primary">
          {state === 'rejected' ? 'Edit and try again' : 'Start again'}
        </ButtonLink>
      )}
    </div>
  );
}
