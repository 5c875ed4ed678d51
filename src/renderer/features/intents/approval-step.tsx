import { useState, type FormEvent, type ReactNode } from 'react';
import type { ApprovalView } from '#shared/domain/guards.ts';
import type { ErrorDto } from '#shared/errors.ts';
import { Btc } from '../../components/amounts.tsx';
import { Banner } from '../../components/banner.tsx';
import { Button, ButtonLink } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { Select } from '../../components/select.tsx';
import { TextField } from '../../components/text-field.tsx';
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
  const { approvedBy, approvedAtMs, approvers, aboveSats, initiator } = props.approval;
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
        Above <Btc sats={aboveSats} /> someone other than {initiator} has to approve. Add an
        approver first.
      </Banner>
    );
  }
  return (
    <Card title="Second person’s approval">
      <div className={css['stack']}>
        <p>
          Above <Btc sats={aboveSats} /> someone other than {initiator}, who prepared it, has to
          approve what is shown above.
        </p>
        <ApprovalForm {...props} />
      </div>
    </Card>
  );
}

function ApprovalForm(props: ApprovalStepProps): ReactNode {
  const { approval, intentId, reviewHash, onApproved } = props;
  const [chosen, setChosen] = useState('');
  const [passphrase, setPassphrase] = useState('');
  const [error, setError] = useState<ErrorDto | null>(null);
  const [working, setWorking] = useState(false);
  const approver = approval.approvers.includes(chosen) ? chosen : (approval.approvers[0] ?? '');

  const approve = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (working || passphrase === '') return;
    setWorking(true);
    const input = { id: intentId, reviewHash, approver, passphrase };
    const result = await call('intents.approve', input);
    setWorking(false);
    setPassphrase('');
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
      <Select
        label="Approver"
        items={approval.approvers.map((name) => ({ value: name, label: name }))}
        value={approver}
        onChange={setChosen}
      />
      <TextField
        label="Approver’s passphrase"
        type="password"
        value={passphrase}
        error={error?.field === 'passphrase' ? error.message : null}
        onChange={(event) => setPassphrase(event.target.value)}
      />
      <div>
        <Button type="submit" loading={working} disabled={passphrase === ''}>
          Approve
        </Button>
      </div>
    </form>
  );
}
