import type { LucideIcon } from 'lucide-react';
import { useId, type ReactNode } from 'react';
import { cx } from '../lib/cx.ts';
import css from './field.module.css';

type SegmentedProps<Value extends string> = {
  label: string;
  items: readonly { value: Value; label: string; icon?: LucideIcon }[];
  value: Value;
  onChange: (value: Value) => void;
  hideLabel?: boolean;
  disabled?: boolean;
};

/** One of a few, all in view: native radio buttons in a row. */
export function Segmented<Value extends string>({
  label,
  items,
  value,
  onChange,
  hideLabel = false,
  disabled = false,
}: SegmentedProps<Value>): ReactNode {
  const name = useId();
  return (
    <fieldset className={css['field']} disabled={disabled}>
      <legend className={cx(hideLabel ? css['hidden'] : css['label'])}>{label}</legend>
      <div className={css['segments']}>
        {items.map((item) => (
          <label key={item.value} className={css['segment']}>
            <input
              type="radio"
              name={name}
              value={item.value}
              checked={item.value === value}
              onChange={() => onChange(item.value)}
            />
            {item.icon && <item.icon size={14} aria-hidden />}
            {item.label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
