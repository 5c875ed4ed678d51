import { useState, type ReactNode } from 'react';
import type { ApproverView } from '#shared/domain/guards.ts';
import { nobody } from '../../components/second-person.tsx';
import { TextField } from '../../components/text-field.tsx';
import { toast } from '../../components/toasts.tsx';
import { call } from '../../lib/ipc.ts';
import { Agreement, agreementOf } from '../../components/agreement.tsx';
import { FormDialog, type Problem } from '../../components/form-dialog.tsx';
import { emptyPassphrase, NewPassphraseFields, problemOfNew } from './new-passphrase.tsx';

type AddApproverDialogProps = { approvers: readonly ApproverView[]; onClose: () => void };

export function AddApproverDialog({ approvers, onClose }: AddApproverDialogProps): ReactNode {
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState(emptyPassphrase);
  const [second, setSecond] = useState(nobody);

  const add = async (): Promise<Problem | null> => {
    if (name.trim() === '') return { field: 'name', message: 'Enter a name.' };
    const problem = problemOfNew(chosen);
    if (problem !== null) return problem;
    const result = await call('approvers.add', {
      name: name.trim(),
      newPassphrase: chosen.newPassphrase,
      ...agreementOf(approvers, second),
    });
    if (!result.ok) return result.error;
    toast.show({ tone: 'success', title: `${name.trim()} can approve now` });
    return null;
  };

  return (
    <FormDialog
      title="Add approver"
      description="The approver chooses the passphrase, unseen by others. It is never shown again."
      action="Add approver"
      fields={['name', 'newPassphrase', 'repeated', 'passphrase']}
      submit={add}
      onClose={onClose}
    >
      {(at) => (
        <>
          <TextField
            label="Approver name"
            hint="The same as their operator name, if they also prepare withdrawals."
            maxLength={60}
            value={name}
            error={at('name')}
            onChange={(event) => setName(event.target.value)}
          />
          <NewPassphraseFields label="Passphrase" value={chosen} at={at} onChange={setChosen} />
          <Agreement
            approvers={approvers}
            intro="A second person agrees to this with a passphrase."
            value={second}
            error={at('passphrase')}
            onChange={setSecond}
          />
        </>
      )}
    </FormDialog>
  );
}
