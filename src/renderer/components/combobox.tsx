import { Combobox as Base } from '@base-ui/react/combobox';
import { Check, ChevronDown } from 'lucide-react';
import { useId, type ReactNode } from 'react';
import { Named } from './named.tsx';
import { cx } from '../lib/cx.ts';
import css from './field.module.css';

/** Enough to scroll through; of thousands, more would make opening the list slow. */
const SHOWN = 500;

type ComboboxProps = {
  label: string;
  hideLabel?: boolean;
  disabled?: boolean;
  items: readonly string[];
  value: string;
  onChange: (value: string) => void;
  hint?: ReactNode;
  /** Said when what was typed matches nothing. */
  empty: string;
};

/** A choice among too many to scroll through: typing narrows the list. */
export function Combobox({
  label,
  hideLabel = false,
  disabled = false,
  items,
  value,
  onChange,
  hint,
  empty,
}: ComboboxProps): ReactNode {
  // Not a label element: Base UI hides all but the input from assistive technology while the list is open.
  const id = useId();
  return (
    <Base.Root
      items={items}
      limit={SHOWN}
      autoHighlight
      disabled={disabled}
      value={value}
      onValueChange={(next) => {
        if (next !== null) onChange(next);
      }}
    >
      <div className={css['field']}>
        <span id={id} className={cx(hideLabel ? css['hidden'] : css['label'])}>
          {label}
        </span>
        <Base.InputGroup className={css['box']}>
          <Base.Input aria-labelledby={id} className={css['input']} spellCheck={false} />
          <Base.Trigger className={css['arrow']} aria-label="Show all" tabIndex={-1}>
            <ChevronDown size={14} aria-hidden />
          </Base.Trigger>
        </Base.InputGroup>
        {hint !== undefined && <p className={css['hint']}>{hint}</p>}
      </div>
      <Base.Portal>
        <Base.Positioner className={css['positioner']} sideOffset={4} align="start">
          <Base.Popup className={css['list']}>
            <Base.Empty className={css['empty']}>{empty}</Base.Empty>
            <Base.List>
              {(item: string) => (
                <Base.Item key={item} value={item} className={css['item']}>
                  <span>
                    <Named>{item}</Named>
                  </span>
                  <Base.ItemIndicator>
                    <Check size={14} aria-hidden />
                  </Base.ItemIndicator>
                </Base.Item>
              )}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
