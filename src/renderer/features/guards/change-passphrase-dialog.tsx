import { useState, type ReactNode } from 'react';
import { TextField } from '../../components/text-field.tsx';
import { toast } from '../../components/toasts.tsx';
import { call } from '../../lib/ipc.ts';
import { FormDialog, type Problem } from '../../components/form-dialog.tsx';
import { emptyPassphrase, NewPassphraseFields, problemOfNew } from './new-passphrase.tsx';

/** For the approver alone: the old passphrase is needed, and nobody else has to agree. */
export function ChangePassphraseDialog({
  name,
  onClose,
}: {
  name: string;
  onClose: () => void;
}): ReactNode {
  const [passphrase, setPassphrase] = useState('');
  const [chosen, setChosen] = useState(emptyPassphrase);

  const change = async (): Promise<Problem | null> => {
    const problem = problemOfNew(chosen);
    if (problem !== null) return problem;
    const { newPassphrase } = chosen;
    const result = await call('approvers.changePassphrase', { name, passphrase, newPassphrase });
    if (!result.ok) return result.error;
    toast.show({ tone: 'success', title: `${name} has a new passphrase` });
    return null;
  };

  return (
    <FormDialog
      title={`Change the passphrase of ${name}`}
      description={`${name} types all three, unseen by others.`}
      action="Change passphrase"
      fields={['passphrase', 'newPassphrase', 'repeated']}
      submit={change}
      onClose={onClose}
    >
      {(at) => (
        <>
          <TextField
            label="Passphrase until now"
            type="password"
            value={passphrase}
            error={at('passphrase')}
            onChange={(event) => setPassphrase(event.target.value)}
          />
          <NewPassphraseFields label="New passphrase" value={chosen} at={at} onChange={setChosen} />
        </>
      )}
    </FormDialog>
  );
}
