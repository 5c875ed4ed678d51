import { Select as Base } from '@base-ui/react/select';
import { Check, ChevronDown } from 'lucide-react';
import type { ReactNode } from 'react';
import { cx } from '../lib/cx.ts';
import css from './field.module.css';

export type Choice<Value extends string> = { value: Value; label: string };

type SelectProps<Value extends string> = {
  label: string;
  items: readonly Choice<Value>[];
  value: Value;
  onChange: (value: Value) => void;
  hideLabel?: boolean;
  disabled?: boolean;
};

export function Select<Value extends string>({
  label,
  items,
  value,
  onChange,
  hideLabel = false,
  disabled = false,
}: SelectProps<Value>): ReactNode {
  return (
    <Base.Root
      items={items}
      value={value}
      disabled={disabled}
      onValueChange={(next) => {
        if (next !== null) onChange(next);
      }}
    >
      <div className={css['field']}>
        <Base.Label className={cx(hideLabel ? css['hidden'] : css['label'])}>{label}</Base.Label>
        <Base.Trigger className={css['trigger']}>
          <Base.Value className={css['value']} />
          <ChevronDown size={14} aria-hidden />
        </Base.Trigger>
      </div>
      <Base.Portal>
        <Base.Positioner className={css['positioner']} sideOffset={4} alignItemWithTrigger={false}>
          <Base.Popup className={css['list']}>
            {items.map((item) => (
              <Base.Item key={item.value} value={item.value} className={css['item']}>
                <Base.ItemText>{item.label}</Base.ItemText>
                <Base.ItemIndicator>
                  <Check size={14} aria-hidden />
                </Base.ItemIndicator>
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
