import { useId, type ReactNode } from 'react';
import css from './field.module.css';

type CheckboxProps = {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
  hint?: ReactNode;
  disabled?: boolean;
};

export function Checkbox({
  label,
  checked,
  onChange,
  hint,
  disabled = false,
}: CheckboxProps): ReactNode {
  const id = useId();
  const hintId = `${id}-hint`;
  return (
    <div className={css['check']}>
      <input
        id={id}
        type="checkbox"
        checked={checked}
        disabled={disabled}
        aria-describedby={hint === undefined ? undefined : hintId}
        onChange={(event) => onChange(event.target.checked)}
      />
      <label htmlFor={id}>{label}</label>
      {hint !== undefined && (
        <span id={hintId} className={css['hint']}>
          {hint}
        </span>
      )}
    </div>
  );
}
