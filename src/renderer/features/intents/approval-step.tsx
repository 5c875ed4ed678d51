import { useEffect, useState, type FormEvent, type ReactNode } from 'react';
import type { ApprovalView } from '#shared/domain/guards.ts';
import type { ErrorDto } from '#shared/errors.ts';
import { Btc } from '../../components/amounts.tsx';
import { Banner } from '../../components/banner.tsx';
import { Button, ButtonLink } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { chosenFrom, nobody, SecondPersonFields } from '../../components/second-person.tsx';
import { Time } from '../../components/time.tsx';
import { call } from '../../lib/ipc.ts';
import { useNow } from '../../lib/now.ts';
import css from './intents.module.css';

type ApprovalStepProps = {
  approval: ApprovalView;
  intentId: string;
  /** What the approver saw, and nothing else, is approved. */
  reviewHash: string;
  /** The review is no longer as it was shown. */
  onMoved: () => void;
};

/** The second person's part of the review; who prepared it cannot play it. */
export function ApprovalStep(props: ApprovalStepProps): ReactNode {
  const { approvedBy, approvers, aboveSats } = props.approval;
  if (approvedBy !== null) return <Approved {...props} />;
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

/** With its end on screen, and asked about again when that has come. */
function Approved({ approval, onMoved }: ApprovalStepProps): ReactNode {
  const { approvedBy, approvedAtMs, endsAtMs } = approval;
  const now = useNow(15_000);
  const hasEnded = endsAtMs !== null && now >= endsAtMs;
  useEffect(() => {
    if (hasEnded) onMoved();
  }, [hasEnded, onMoved]);
  return (
    <Banner tone="success" title={`Approved by ${approvedBy}`}>
      {approvedAtMs !== null && <Time ms={approvedAtMs} />}
      {endsAtMs !== null && (
        <>
          , holds until <Time ms={endsAtMs} />
        </>
      )}
    </Banner>
  );
}

function ApprovalForm(props: ApprovalStepProps): ReactNode {
  const { approval, intentId, reviewHash, onMoved } = props;
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
    if (result.ok) onMoved();
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
