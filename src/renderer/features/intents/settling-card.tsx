import { RefreshCw } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import type { Intent, IntentReview, Settling } from '#shared/domain/intent.ts';
import type { ErrorDto } from '#shared/errors.ts';
import { Banner } from '../../components/banner.tsx';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { DetailList, type Detail } from '../../components/detail-list.tsx';
import { Time } from '../../components/time.tsx';
import { formatCountdown } from '../../lib/format.ts';
import { call } from '../../lib/ipc.ts';
import { useNow } from '../../lib/now.ts';
import { useRequest } from '../../lib/resource.ts';
import css from './intents.module.css';
import { SettleDialog } from './settle-dialog.tsx';
import { settlingWords } from './settling-words.ts';

/** For an outcome that is not known: what is known, what is being done, and the way to settle it by hand. */
export function SettlingCard({ review }: { review: IntentReview }): ReactNode {
  const { intent } = review;
  const isOpen = intent.state === 'unknown' || intent.state === 'needs_human';
  if (intent.state === 'sent') return <Checked intent={intent} />;
  return isOpen ? <OpenOutcome intent={intent} /> : null;
}

/** Bitpro refused it, and before that counts the history is looked at. */
function Checked({ intent }: { intent: Intent }): ReactNode {
  const settling = useRequest('intents.settling', { id: intent.id }, ['intents.changed']).value;
  if (!settling?.isLooking || settling.refusal === null) return null;
  return (
    <Card title="Settling">
      <DetailList
        items={[
          { term: 'Known', value: settling.refusal },
          {
            term: 'Being done',
            value: 'The history is read once, to be sure that nothing was carried out.',
          },
        ]}
      />
    </Card>
  );
}

function OpenOutcome({ intent }: { intent: Intent }): ReactNode {
  const settling = useRequest('intents.settling', { id: intent.id }, ['intents.changed']);
  const [error, setError] = useState<ErrorDto | null>(null);
  const [isDeciding, setDeciding] = useState(false);
  const failure = error ?? settling.error;
  const lookAgain = async (): Promise<void> => {
    const result = await call('intents.lookAgain', { id: intent.id });
    setError(result.ok ? null : result.error);
  };
  return (
    <Card title="Settling">
      <div className={css['stack']}>
        {failure && (
          <Banner tone="danger" title="It could not be looked up">
            {failure.message}
          </Banner>
        )}
        {settling.value && <WhatIsKnown intent={intent} settling={settling.value} />}
        <div className={css['ways']}>
          {intent.clientUid !== null && (
            <Button
              icon={RefreshCw}
              loading={settling.value?.isLooking === true}
              onClick={() => void lookAgain()}
            >
              Look again
            </Button>
          )}
          <Button onClick={() => setDeciding(true)}>Settle by hand…</Button>
        </div>
      </div>
      <SettleDialog
        intent={intent}
        candidates={settling.value?.candidates ?? []}
        open={isDeciding}
        onOpenChange={setDeciding}
      />
    </Card>
  );
}

function WhatIsKnown({ intent, settling }: { intent: Intent; settling: Settling }): ReactNode {
  const { known, doing } = settlingWords(intent, settling);
  const { lastLookAtMs, nextLookAtMs } = settling;
  const items: Detail[] = [
    { term: 'Known', value: known },
    { term: 'Being done', value: doing },
  ];
  for (const answer of settling.lateAnswers) {
    items.push({ term: 'Answered later', value: answer });
  }
  if (lastLookAtMs !== null) items.push({ term: 'Last look', value: <Time ms={lastLookAtMs} /> });
  if (nextLookAtMs !== null)
    items.push({ term: 'Next look', value: <NextLook ms={nextLookAtMs} /> });
  return <DetailList items={items} />;
}

function NextLook({ ms }: { ms: number }): ReactNode {
  const leftMs = ms - useNow();
  return leftMs > 0 ? `in ${formatCountdown(leftMs)}` : 'now';
}
