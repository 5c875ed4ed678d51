import { useState, type ReactNode, type SubmitEvent } from 'react';
import type { Intent, SettleDecision, SettlingCandidate } from '#shared/domain/intent.ts';
import type { ErrorDto } from '#shared/errors.ts';
import { formatBtc } from '#shared/money.ts';
import { Banner } from '../../components/banner.tsx';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Segmented } from '../../components/segmented.tsx';
import { Select } from '../../components/select.tsx';
import { TextArea, TextField } from '../../components/text-field.tsx';
import { toast } from '../../components/toasts.tsx';
import { formatSecond } from '../../lib/format.ts';
import { call } from '../../lib/ipc.ts';
import { useTimeZone } from '../../lib/time-zone.ts';
import css from './intents.module.css';

type SettleFormProps = { intent: Intent; candidates: readonly SettlingCandidate[] };

/** What a person found out about an intent, with a written reason. It never sends anything. */
export function SettleDialog({
  open,
  onOpenChange,
  ...form
}: SettleFormProps & { open: boolean; onOpenChange: (open: boolean) => void }): ReactNode {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Settle by hand"
      width={520}
      description="Ask Bitpro or look at their records first. What you decide is kept in the audit log under your name; nothing is sent."
    >
      <SettleForm {...form} onDone={() => onOpenChange(false)} />
    </Dialog>
  );
}

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
  onDone,
}: SettleFormProps & { onDone: () => void }): ReactNode {
  const isClient = intent.kind === 'create_client';
  const [decision, setDecision] = useState<Decision>('went');
  const [found, setFound] = useState(intent.serverTid ?? '');
  const [reason, setReason] = useState('');
  const [settling, setSettling] = useState(false);
  const [error, setError] = useState<ErrorDto | null>(null);
  const onField = error?.field === 'found' || error?.field === 'reason';

  const settle = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const problem = problemOf({ decision, found, reason }, isClient);
    setError(problem);
    if (settling || problem !== null) return;
    setSettling(true);
    const result = await call('intents.settle', {
      id: intent.id,
      decision,
      reason,
      ...(decision === 'went' ? { found } : {}),
    });
    setSettling(false);
    if (!result.ok) return setError(result.error);
    onDone();
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
        onChange={setDecision}
      />
      {decision === 'went' && (
        <Found
          candidates={candidates}
          isClient={isClient}
          value={found}
          error={error?.field === 'found' ? error.message : null}
          onChange={setFound}
        />
      )}
      {decision === 'did_not_go' && !isClient && (
        <Banner tone="warning" title="Then an equal one can be sent again">
          If this one went after all, the money moves twice.
        </Banner>
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
        <Button onClick={onDone}>Cancel</Button>
        <Button type="submit" variant="primary" loading={settling}>
          Settle
        </Button>
      </div>
    </form>
  );
}

type FoundProps = {
  candidates: readonly SettlingCandidate[];
  isClient: boolean;
  value: string;
  error: string | null;
  onChange: (found: string) => void;
};

/** One of the transactions that came after the request; or, as Bitpro may name another, its id typed. */
function Found({ candidates, isClient, value, error, onChange }: FoundProps): ReactNode {
  const timeZone = useTimeZone();
  const label = isClient ? 'Uid of the client' : 'Bitpro id of the transaction';
  return (
    <>
      {candidates.length > 0 && (
        <Select
          label="Transactions after the request"
          items={[
            { value: '', label: 'Choose one' },
            ...candidates.map(({ tid, amountSats, createdAtMs, address }) => ({
              value: tid,
              label: [
                `${tid}: ${formatBtc(amountSats)} BTC`,
                formatSecond(createdAtMs, timeZone),
                address === null ? '' : `to …${address.slice(-6)}`,
              ].join('  '),
            })),
          ]}
          value={candidates.some(({ tid }) => tid === value) ? value : ''}
          onChange={onChange}
        />
      )}
      <TextField
        label={label}
        maxLength={200}
        value={value}
        error={error}
        onChange={(event) => onChange(event.target.value)}
      />
    </>
  );
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
