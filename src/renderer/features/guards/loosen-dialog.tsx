import { useState, type ReactNode } from 'react';
import type { GuardPolicy } from '#shared/domain/guards.ts';
import { nobody } from '../../components/second-person.tsx';
import { call } from '../../lib/ipc.ts';
import { useRequest } from '../../lib/resource.ts';
import { Agreement, agreementOf } from './agreement.tsx';
import { FormDialog, type Problem } from './form-dialog.tsx';

type LoosenDialogProps = {
  policy: GuardPolicy;
  /** Which protection would be lost, in main’s words. */
  lost: string;
  onSaved: () => void;
  onClose: () => void;
};

/** Saves a policy that takes protection away, with a second person. */
export function LoosenDialog({ policy, lost, onSaved, onClose }: LoosenDialogProps): ReactNode {
  const approvers = useRequest('approvers.list', {}, ['guards.changed']).value ?? [];
  const [second, setSecond] = useState(nobody);

  const save = async (): Promise<Problem | null> => {
    const result = await call('policy.save', { policy, ...agreementOf(approvers, second) });
    if (!result.ok) return result.error;
    onSaved();
    return null;
  };

  return (
    <FormDialog
      title="This takes protection away"
      description={lost}
      action="Save guards"
      fields={['passphrase']}
      submit={save}
      onClose={onClose}
    >
      {(at) => (
        <Agreement
          approvers={approvers}
          value={second}
          error={at('passphrase')}
          onChange={setSecond}
        />
      )}
    </FormDialog>
  );
}
