import type { ReactNode } from 'react';
import { MIN_PASSPHRASE_LENGTH } from '#shared/domain/constants.ts';
import { TextField } from '../../components/text-field.tsx';
import type { Problem } from '../../components/form-dialog.tsx';

/** A passphrase that is being chosen, typed twice. */
export type NewPassphrase = { newPassphrase: string; repeated: string };

export const emptyPassphrase: NewPassphrase = { newPassphrase: '', repeated: '' };

export function problemOfNew({ newPassphrase, repeated }: NewPassphrase): Problem | null {
  if (newPassphrase === repeated) return null;
  return { field: 'repeated', message: 'The two are not the same.' };
}

type NewPassphraseFieldsProps = {
  /** `Passphrase`, or `New passphrase` where there is one already. */
  label: string;
  value: NewPassphrase;
  at: (field: string) => string | null;
  onChange: (value: NewPassphrase) => void;
};

export function NewPassphraseFields(props: NewPassphraseFieldsProps): ReactNode {
  const { label, value, at, onChange } = props;
  return (
    <>
      <TextField
        label={label}
        type="password"
        autoComplete="new-password"
        hint={`At least ${MIN_PASSPHRASE_LENGTH} characters; several words are best.`}
        value={value.newPassphrase}
        error={at('newPassphrase')}
        onChange={(event) => onChange({ ...value, newPassphrase: event.target.value })}
      />
      <TextField
        label={`${label} again`}
        type="password"
        autoComplete="new-password"
        value={value.repeated}
        error={at('repeated')}
        onChange={(event) => onChange({ ...value, repeated: event.target.value })}
      />
    </>
  );
}
