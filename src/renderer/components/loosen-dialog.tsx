import { useState, type ReactNode } from 'react';
import type { SecondPerson } from '#shared/domain/guards.ts';
import { useRequest } from '../lib/resource.ts';
import { Agreement, agreementOf } from './agreement.tsx';
import { FormDialog, type Problem } from './form-dialog.tsx';
import { nobody } from './second-person.tsx';

type LoosenDialogProps = {
  /** Which protection would be lost, in main’s words. */
  lost: string;
  /** On the button that saves. */
  action: string;
  /** With who agrees to it; the dialog closes when it gives null. */
  save: (agreement: { second?: SecondPerson }) => Promise<Problem | null>;
  onClose: () => void;
};

/** Saves a change that takes protection away, with a second person. */
export function LoosenDialog({ lost, action, save, onClose }: LoosenDialogProps): ReactNode {
  const approvers = useRequest('approvers.list', {}, ['guards.changed']).value ?? [];
  const [second, setSecond] = useState(nobody);
  return (
    <FormDialog
      title="This takes protection away"
      description={lost}
      action={action}
      fields={['passphrase']}
      submit={() => save(agreementOf(approvers, second))}
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
