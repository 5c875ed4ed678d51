import { useRef, useState, type ReactNode, type RefObject, type SubmitEvent } from 'react';
import type { Intent, SettleDecision, SettlingCandidate, Weighing } from '#shared/domain/intent.ts';
import type { ErrorDto } from '#shared/errors.ts';
import { Banner } from '../../components/banner.tsx';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Segmented } from '../../components/segmented.tsx';
import { nobody } from '../../components/second-person.tsx';
import { TextArea } from '../../components/text-field.tsx';
import { toast } from '../../components/toasts.tsx';
import { call } from '../../lib/ipc.ts';
import css from './intents.module.css';
import { Found } from './settle-found.tsx';
import { agreementTo, useOtherApprovers, WhatItTakes } from './settle-weighing.tsx';

type SettleFormProps = { intent: Intent; candidates: readonly SettlingCandidate[] };

/** What a person found out about an intent, with a written reason. It never sends anything. */
export function SettleDialog({
  open,
  onOpenChange,
  ...form
}: SettleFormProps & { open: boolean; onOpenChange: (open: boolean) => void }): ReactNode {
  const opening = useRef<Opening>({ step: 'deciding' });
  const close = (): void => {
    if (opening.current.step === 'writing') return;
    opening.current.step = 'closed';
    opening.current = { step: 'deciding' };
    onOpenChange(false);
  };
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => (next ? onOpenChange(true) : close())}
      title="Settle by hand"
      width={520}
      description="Ask Bitpro or look at their records first. What you decide is kept in the audit log under your name; nothing is sent."
    >
      <SettleForm {...form} opening={opening} onClose={close} />
    </Dialog>
  );
}

/** What was closed decides nothing any more, and what is being written down cannot be taken back. */
type Opening = { step: 'deciding' | 'writing' | 'closed' };

type Decision = SettleDecision['decision'];

const decisions: Record<'money' | 'client', { value: Decision; label: string }[]> = {
  money: [
    { value: 'went', label: 'It went' },
    { value: 'did_not_go', label: 'It did not go' },
  ],
  client: [
    { value: 'went', label: 'The client exists' },
    { value: 'did_not_go', label: 'It was not created' },
  ],
};

function SettleForm({
  intent,
  candidates,
  opening,
  onClose,
}: SettleFormProps & { opening: RefObject<Opening>; onClose: () => void }): ReactNode {
  const isClient = intent.kind === 'create_client';
  const [decision, setDecision] = useState<Decision>('went');
  const [found, setFound] = useState(intent.serverTid ?? '');
  const [reason, setReason] = useState('');
  const [settling, setSettling] = useState(false);
  const [writing, setWriting] = useState(false);
  const [error, setError] = useState<ErrorDto | null>(null);
  const [weighing, setWeighing] = useState<Weighing | null>(null);
  const [typed, setTyped] = useState('');
  const [second, setSecond] = useState(nobody);
  const approvers = useOtherApprovers();
  const onField = error?.field !== undefined && ownFields.includes(error.field);

  /** Another decision takes other things. */
  const reweigh = <Value,>(set: (value: Value) => void) => {
    return (value: Value): void => {
      set(value);
      setWeighing(null);
      setTyped('');
      setError(null);
    };
  };

  const settle = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const problem = problemOf({ decision, found, reason }, isClient);
    setError(problem);
    if (settling || problem !== null) return;
    const asked = { id: intent.id, decision, ...(decision === 'went' ? { found } : {}) };
    setSettling(true);
    const own = opening.current;
    // First what it takes is read and shown; what takes nothing more is settled at once.
    if (weighing === null) {
      const weighed = await call('intents.weigh', asked);
      if (own.step === 'closed') return;
      if (!weighed.ok || takesMore(weighed.value, decision)) {
        setSettling(false);
        if (weighed.ok) setWeighing(weighed.value);
        else setError(weighed.error);
        return;
      }
    }
    const agreement = weighing?.second === true ? agreementTo(approvers, second) : {};
    own.step = 'writing';
    setWriting(true);
    const result = await call('intents.settle', { ...asked, reason, typed, ...agreement });
    own.step = 'deciding';
    setWriting(false);
    setSettling(false);
    if (!result.ok) return setError(result.error);
    onClose();
    toast.show({ tone: 'success', title: 'Settled' });
  };

  return (
    <form className={css['stack']} onSubmit={(event) => void settle(event)}>
      {error && !onField && (
        <Banner tone="danger" title="Not settled">
          {error.message}
        </Banner>
      )}
      <Segmented
        label="What happened"
        items={decisions[isClient ? 'client' : 'money']}
        value={decision}
        onChange={reweigh(setDecision)}
      />
      {decision === 'went' && (
        <Found
          candidates={candidates}
          isClient={isClient}
          value={found}
          error={error?.field === 'found' ? error.message : null}
          onChange={reweigh(setFound)}
        />
      )}
      {decision === 'did_not_go' && !isClient && (
        <Banner tone="warning" title="Then an equal one can be sent again">
          If this one went after all, the money moves twice.
        </Banner>
      )}
      {weighing !== null && (
        <WhatItTakes
          weighing={weighing}
          approvers={approvers}
          typed={typed}
          second={second}
          error={error}
          onTyped={setTyped}
          onSecond={setSecond}
        />
      )}
      <TextArea
        label="How do you know?"
        hint="For the audit log, e.g. who at Bitpro said so, and when."
        maxLength={1000}
        value={reason}
        error={error?.field === 'reason' ? error.message : null}
        onChange={(event) => setReason(event.target.value)}
      />
      <div className={css['answers']}>
        <Button disabled={writing} onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" variant="primary" loading={settling}>
          Settle
        </Button>
      </div>
    </form>
  );
}

/** Each says its own problem. */
const ownFields = ['found', 'reason', 'typed', 'passphrase'];

function takesMore({ word, second, becomes }: Weighing, decision: Decision): boolean {
  return word !== null || second || (decision === 'went' && becomes === 'cleared');
}

function problemOf(
  { decision, found, reason }: Pick<SettleDecision, 'decision' | 'reason'> & { found: string },
  isClient: boolean,
): ErrorDto | null {
  const invalid = (field: string, message: string): ErrorDto => ({
    code: 'invalid_input',
    message,
    retryable: false,
    field,
  });
  if (decision === 'went' && found.trim() === '') {
    const what = isClient ? 'Enter the uid that Bitpro gave the client.' : 'Name the transaction.';
    return invalid('found', what);
  }
  return reason.trim() === '' ? invalid('reason', 'Write down how you know.') : null;
}
