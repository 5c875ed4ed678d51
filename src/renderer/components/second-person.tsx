import type { ReactNode } from 'react';
import type { SecondPerson } from '#shared/domain/guards.ts';
import { Select } from './select.tsx';
import { TextField } from './text-field.tsx';
import css from './second-person.module.css';

type SecondPersonFieldsProps = {
  /** Who may approve: never who asks for it. At least one. */
  names: readonly string[];
  value: SecondPerson;
  error: string | null;
  onChange: (value: SecondPerson) => void;
};

export const nobody: SecondPerson = { approver: '', passphrase: '' };

/** Somebody who is still among `names`: the list may have changed since one was chosen. */
export function chosenFrom(names: readonly string[], { approver }: SecondPerson): string {
  return names.includes(approver) ? approver : (names[0] ?? '');
}

export function SecondPersonFields(props: SecondPersonFieldsProps): ReactNode {
  const { names, value, error, onChange } = props;
  return (
    <div className={css['fields']}>
      <Select
        label="Approver"
        items={names.map((name) => ({ value: name, label: name }))}
        value={chosenFrom(names, value)}
        onChange={(approver) => onChange({ ...value, approver })}
      />
      <TextField
        label="Approver’s passphrase"
        type="password"
        value={value.passphrase}
        error={error}
        onChange={(event) => onChange({ ...value, passphrase: event.target.value })}
      />
    </div>
  );
}
