import { useState, type FormEvent, type ReactNode } from 'react';
import type { ApprovalView } from '#shared/domain/guards.ts';
import type { ErrorDto } from '#shared/errors.ts';
import { Btc } from '../../components/amounts.tsx';
import { Banner } from '../../components/banner.tsx';
import { Button, ButtonLink } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { chosenFrom, nobody, SecondPersonFields } from '../../components/second-person.tsx';
import { Time } from '../../components/time.tsx';
import { call } from '../../lib/ipc.ts';
import css from './intents.module.css';

type ApprovalStepProps = {
  approval: ApprovalView;
  intentId: string;
  /** What the approver saw, and nothing else, is approved. */
  reviewHash: string;
  onApproved: () => void;
};

/** The second person's part of the review; who prepared it cannot play it. */
export function ApprovalStep(props: ApprovalStepProps): ReactNode {
  const { approvedBy, approvedAtMs, approvers, aboveSats } = props.approval;
  if (approvedBy !== null) {
    return (
      <Banner tone="success" title={`Approved by ${approvedBy}`}>
        {approvedAtMs !== null && <Time ms={approvedAtMs} />}
      </Banner>
    );
  }
  if (approvers.length === 0) {
    return (
      <Banner
        tone="warning"
        title="Nobody can approve this"
        actions={<ButtonLink href="/settings">Settings</ButtonLink>}
      >
        Above <Btc sats={aboveSats} /> someone other than {others(props.approval)} has to approve.
        Add an approver first.
      </Banner>
    );
  }
  return (
    <Card title="Second person’s approval">
      <div className={css['stack']}>
        <p>
          Above <Btc sats={aboveSats} /> someone other than {others(props.approval)} approves what
          is shown here.
        </p>
        <ApprovalForm {...props} />
      </div>
    </Card>
  );
}

function ApprovalForm(props: ApprovalStepProps): ReactNode {
  const { approval, intentId, reviewHash, onApproved } = props;
  const [second, setSecond] = useState(nobody);
  const [error, setError] = useState<ErrorDto | null>(null);
  const [working, setWorking] = useState(false);
  const { passphrase } = second;

  const approve = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (working || passphrase === '') return;
    setWorking(true);
    const approver = chosenFrom(approval.approvers, second);
    const input = { id: intentId, reviewHash, approver, passphrase };
    const result = await call('intents.approve', input);
    setWorking(false);
    setSecond({ approver, passphrase: '' });
    setError(result.ok ? null : result.error);
    if (result.ok) onApproved();
  };

  return (
    <form className={css['approval']} onSubmit={(event) => void approve(event)}>
      {error !== null && error.field !== 'passphrase' && (
        <Banner tone="danger" title="Not approved">
          {error.message}
        </Banner>
      )}
      <SecondPersonFields
        names={approval.approvers}
        value={second}
        error={error?.field === 'passphrase' ? error.message : null}
        onChange={setSecond}
      />
      <div>
        <Button type="submit" loading={working} disabled={passphrase === ''}>
          Approve
        </Button>
      </div>
    </form>
  );
}

/** Who has a part in it already: who prepared it, and who would confirm it when that is another one. */
function others({ initiator, operator }: ApprovalView): string {
  return initiator === operator ? initiator : `${initiator} and ${operator}`;
}
