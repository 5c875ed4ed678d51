import { useState, type ReactNode } from 'react';
import type { ApproverView } from '#shared/domain/guards.ts';
import { nobody } from '../../components/second-person.tsx';
import { call } from '../../lib/ipc.ts';
import { Agreement, agreementOf } from '../../components/agreement.tsx';
import { FormDialog, type Problem } from '../../components/form-dialog.tsx';

type RemoveApproverDialogProps = {
  name: string;
  approvers: readonly ApproverView[];
  onClose: () => void;
};

export function RemoveApproverDialog(props: RemoveApproverDialogProps): ReactNode {
  const { name, approvers, onClose } = props;
  const [second, setSecond] = useState(nobody);

  const remove = async (): Promise<Problem | null> => {
    const result = await call('approvers.remove', { name, ...agreementOf(approvers, second) });
    return result.ok ? null : result.error;
  };

  return (
    <FormDialog
      title={`Remove ${name}`}
      description="What they approved and is not sent yet needs another approval."
      action="Remove"
      isDanger
      fields={['passphrase']}
      submit={remove}
      onClose={onClose}
    >
      {(at) => (
        <Agreement
          approvers={approvers}
          intro="A second person agrees to this with a passphrase."
          value={second}
          error={at('passphrase')}
          onChange={setSecond}
        />
      )}
    </FormDialog>
  );
}
