import { Tabs as Base } from '@base-ui/react/tabs';
import type { ReactNode } from 'react';
import css from './tabs.module.css';

type TabsProps<Value extends string> = {
  label: string;
  items: readonly { value: Value; label: string; content: ReactNode }[];
  value: Value;
  onChange: (value: Value) => void;
};

export function Tabs<Value extends string>({
  label,
  items,
  value,
  onChange,
}: TabsProps<Value>): ReactNode {
  return (
    <Base.Root value={value} onValueChange={(next) => onChange(next as Value)}>
      <Base.List className={css['list']} aria-label={label}>
        {items.map((item) => (
          <Base.Tab key={item.value} value={item.value} className={css['tab']}>
            {item.label}
          </Base.Tab>
        ))}
      </Base.List>
      {items.map((item) => (
        <Base.Panel key={item.value} value={item.value} className={css['panel']}>
          {item.content}
        </Base.Panel>
      ))}
    </Base.Root>
  );
}
