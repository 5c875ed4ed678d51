import { useId, useState, type KeyboardEvent, type ReactNode, type SubmitEvent } from 'react';
import type { IntentReview } from '#shared/domain/intent.ts';
import type { ErrorDto } from '#shared/errors.ts';
import { useOffline } from '../../lib/profile.tsx';
import { Banner } from '../banner.tsx';
import { Button } from '../button.tsx';
import { TextField } from '../text-field.tsx';
import { Waiting } from '../waiting.tsx';
import { environmentWords } from '../wording.ts';
import css from './intent.module.css';
import { useArmed } from './use-armed.ts';

type ConfirmFormProps = {
  review: IntentReview;
  /** Why confirming is not possible now; null when it is. */
  blocked: string | null;
  sending: boolean;
  /** Why the last try ended before anything was sent. */
  failure: ErrorDto | null;
  onConfirm: (typed: string | null) => void;
  onBack: () => void;
  /** While `sending`: it is not sent, if it was not yet. */
  onStop: () => void;
};

/** The last step before a request is sent. It names the environment and takes no hurried click. */
export function ConfirmForm(props: ConfirmFormProps): ReactNode {
  const { review, sending, failure, onConfirm, onBack, onStop } = props;
  const offline = useOffline();
  const blocked = props.blocked ?? offline;
  const [typed, setTyped] = useState('');
  const [typedWrong, setTypedWrong] = useState(false);
  const blockedId = useId();
  const armed = useArmed(review.reviewHash);
  const needsTyping = review.typedConfirmation === 'last_six';

  const confirm = (event: SubmitEvent): void => {
    event.preventDefault();
    if (!armed || sending || blocked !== null) return;
    if (needsTyping && typed.trim() !== review.intent.address?.slice(-6)) {
      return setTypedWrong(true);
    }
    onConfirm(needsTyping ? typed.trim() : null);
  };

  return (
    <form className={css['confirm']} onSubmit={confirm}>
      {failure !== null && failure.field !== 'typed' && (
        <Banner tone="danger" title="Nothing was sent">
          {failure.message.replace(/ *Nothing was sent\.$/, '')}
        </Banner>
      )}
      {needsTyping && blocked === null && (
        <div className={css['typed']}>
          <TextField
            label="Last six characters of the address"
            hint="Compare the whole address above first."
            autoComplete="off"
            maxLength={6}
            onKeyDown={stopHeldEnter}
            value={typed}
            error={
              typedWrong
                ? 'These are not the last six characters of the address above.'
                : failure?.field === 'typed'
                  ? failure.message
                  : null
            }
            onChange={(event) => {
              setTyped(event.target.value);
              setTypedWrong(false);
            }}
          />
        </div>
      )}
      {blocked !== null && (
        <p id={blockedId} className={css['blocked']}>
          {blocked}
        </p>
      )}
      <Waiting active={sending} onStop={onStop}>
        Still waiting for Bitpro. Nothing is sent before it answers.
      </Waiting>
      <div className={css['buttons']}>
        <Button onClick={onBack} disabled={sending}>
          Back to edit
        </Button>
        <div className={css['money']} data-armed={armed}>
          <Button
            type="submit"
            onKeyDown={stopHeldEnter}
            variant={review.environment === 'production' ? 'danger' : 'primary'}
            disabled={!armed || blocked !== null}
            aria-describedby={blocked === null ? undefined : blockedId}
            icon={environmentWords[review.environment].icon}
            loading={sending}
          >
            {confirmText(review)}
          </Button>
          {!armed && blocked === null && <span className={css['arming']} aria-hidden />}
        </div>
      </div>
    </form>
  );
}

/** product.md: the money button repeats the environment’s word. */
function confirmText({ intent, environment }: IntentReview): string {
  const { word } = environmentWords[environment];
  if (intent.kind === 'buy') return `Confirm buy in ${word}`;
  if (intent.kind === 'withdrawal') return `Confirm withdrawal from ${word}`;
  return `Create client in ${word}`;
}

/** A key held down from the screen before must not answer this one. */
function stopHeldEnter(event: KeyboardEvent): void {
  if (event.key === 'Enter' && event.repeat) event.preventDefault();
}
