import { RefreshCw } from 'lucide-react';
import { useRef, useState, type ReactNode } from 'react';
import { useLocation } from 'wouter';
import type { Draft, Intent, IntentReview } from '#shared/domain/intent.ts';
import type { ErrorDto } from '#shared/errors.ts';
import { toDecimal } from '#shared/money.ts';
import { Banner } from '../../components/banner.tsx';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { ConfirmForm } from '../../components/intent/confirm-form.tsx';
import { ReviewFacts } from '../../components/intent/review-facts.tsx';
import { toast } from '../../components/toasts.tsx';
import { environmentWords } from '../../components/wording.ts';
import { formatCountdown } from '../../lib/format.ts';
import { call } from '../../lib/ipc.ts';
import { useNow } from '../../lib/now.ts';
import { ApprovalStep } from './approval-step.tsx';
import css from './intents.module.css';

type ReviewStepProps = {
  review: IntentReview;
  /** The intent is no longer as it was shown. */
  onMoved: () => void;
};

/** Too little to read the review, compare and confirm. */
const LITTLE_TIME_MS = 15_000;

type Doing = 'confirming' | 'discarding' | 'refreshing';

/** The journaled intent, drawn by main, and the decision on it. */
export function ReviewStep({ review, onMoved }: ReviewStepProps): ReactNode {
  const { doing, failure, confirm, discard, stop, renew } = useDecision(review, onMoved);
  const leftMs = useRateLeftMs(review);
  const isExpired = leftMs !== null && leftMs <= 0;
  return (
    <div className={css['stack']}>
      <Card>
        <Environment review={review} />
        <ReviewFacts review={review} />
        {leftMs !== null && (
          <div className={css['rate']} data-short={leftMs < LITTLE_TIME_MS}>
            <span>
              <span role={isExpired ? 'alert' : 'timer'}>
                {isExpired
                  ? 'The rate has expired.'
                  : `This rate ends in ${formatCountdown(leftMs)}.`}
              </span>{' '}
              <span role="status">
                {!isExpired && leftMs < LITTLE_TIME_MS && 'Little time is left: refresh it first.'}
              </span>
            </span>
            <Button
              icon={RefreshCw}
              variant={isExpired ? 'primary' : 'secondary'}
              loading={doing === 'refreshing'}
              disabled={doing === 'confirming'}
              onClick={() => void renew()}
            >
              Refresh rate
            </Button>
          </div>
        )}
      </Card>
      {review.warnings.length > 0 && (
        <Banner tone="warning" title="Before you confirm">
          <ul className={css['warnings']}>
            {review.warnings.map((warning) => (
              <li key={warning}>{warning}</li>
            ))}
          </ul>
        </Banner>
      )}
      {review.approval !== null && (
        <ApprovalStep
          approval={review.approval}
          intentId={review.intent.id}
          reviewHash={review.reviewHash}
          onMoved={onMoved}
        />
      )}
      <ConfirmForm
        review={review}
        blocked={isExpired ? 'Refresh the rate to confirm this buy.' : waitsForApproval(review)}
        sending={doing === 'confirming'}
        failure={failure}
        onConfirm={(typed) => void confirm(typed)}
        onBack={() => void discard()}
        onStop={() => void stop()}
      />
    </div>
  );
}

function waitsForApproval({ approval }: IntentReview): string | null {
  if (approval === null || approval.approvedBy !== null) return null;
  return 'Waits for a second person’s approval.';
}

/** The band of the window once more, where the decision is made. */
function Environment({ review }: { review: IntentReview }): ReactNode {
  const { word, explanation, icon: Icon } = environmentWords[review.environment];
  const isNamedSo = review.profileName.toUpperCase() === word;
  return (
    <p className={css['environment']} data-environment={review.environment}>
      <Icon size={16} aria-hidden />
      <strong>{word}</strong>
      {!isNamedSo && <span>{review.profileName}</span>}
      <span>{explanation}</span>
    </p>
  );
}

function useRateLeftMs({ rateExpiresAtMs, clockOffsetMs }: IntentReview): number | null {
  const now = useNow();
  return rateExpiresAtMs === null ? null : rateExpiresAtMs - (now + clockOffsetMs);
}

function formOf({ kind, clientUid }: Intent): string {
  if (clientUid === null) return '/clients';
  return `/clients/${clientUid}/${kind === 'buy' ? 'buy' : 'withdraw'}`;
}

function useDecision(review: IntentReview, onMoved: () => void) {
  const { intent, reviewHash } = review;
  const [, navigate] = useLocation();
  const [doing, setDoing] = useState<Doing | null>(null);
  const [failure, setFailure] = useState<ErrorDto | null>(null);
  /** State would be read a render too late for the second click. */
  const busy = useRef(false);

  async function exclusively(what: Doing, act: () => Promise<ErrorDto | null>): Promise<void> {
    if (busy.current) return;
    busy.current = true;
    setDoing(what);
    setFailure(null);
    setFailure(await act());
    setDoing(null);
    busy.current = false;
  }

  const confirm = (typed: string | null): Promise<void> =>
    exclusively('confirming', async () => {
      const result = await call('intents.confirm', { id: intent.id, reviewHash, typed });
      onMoved();
      return result.ok ? null : await explain(intent.id, result.error);
    });

  const discard = (): Promise<void> =>
    exclusively('discarding', async () => {
      const result = await call('intents.discard', { id: intent.id });
      if (!result.ok) return result.error;
      navigate(formOf(intent));
      return null;
    });

  /** While it waits to be sent: what is discarded by then never is. */
  const stop = async (): Promise<void> => {
    const result = await call('intents.discard', { id: intent.id });
    if (result.ok) return navigate(formOf(intent));
    toast.show({ tone: 'warning', title: 'Too late to stop it', text: result.error.message });
  };

  /** A quote belongs to its intent, so a new rate is a new intent in place of this one. */
  const renew = (): Promise<void> =>
    exclusively('refreshing', async () => {
      const refreshed = await call('rates.refresh', {});
      if (!refreshed.ok) return refreshed.error;
      const discarded = await call('intents.discard', { id: intent.id });
      if (!discarded.ok) return discarded.error;
      const next = await call('intents.prepare', buyDraft(review));
      if (!next.ok) {
        toast.show({ tone: 'danger', title: 'No new rate', text: next.error.message });
        navigate(formOf(intent), { replace: true });
        return null;
      }
      navigate(`/intents/${next.value.intent.id}`, { replace: true });
      return null;
    });

  return { doing, failure, confirm, discard, stop, renew };
}

/**
 * Only the journal knows whether the request left before the error. If it did, this step is gone from the
 * screen, and the error must be said elsewhere.
 */
async function explain(id: string, error: ErrorDto): Promise<ErrorDto | null> {
  const now = await call('intents.get', { id });
  if (now.ok && now.value.state === 'journaled') return error;
  // Stopped while it waited.
  if (now.ok && now.value.state === 'discarded') return null;
  toast.show({ tone: 'danger', title: 'After sending, something went wrong', text: error.message });
  return null;
}

function buyDraft({ intent, repeatReason }: IntentReview): Draft {
  const { clientUid, usdCents } = intent;
  const draft = { clientUid: clientUid ?? '', amountUsd: toDecimal(usdCents ?? 0, 2) };
  return { kind: 'buy', ...draft, reason: repeatReason ?? '' };
}
