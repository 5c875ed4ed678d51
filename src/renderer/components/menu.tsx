import { Menu as Base } from '@base-ui/react/menu';
import { MoreHorizontal, type LucideIcon } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import { cx } from '../lib/cx.ts';
import css from './menu.module.css';

export type MenuItem = {
  label: string;
  icon?: LucideIcon;
  onSelect: () => void;
  danger?: boolean;
  disabled?: boolean;
};

type MenuProps = {
  /** Accessible name of the trigger. */
  label: string;
  items: readonly MenuItem[];
  /** Another trigger than the three dots; must take button props. */
  trigger?: ReactElement<Record<string, unknown>>;
};

export function Menu({ label, items, trigger }: MenuProps): ReactNode {
  return (
    <Base.Root>
      {trigger ? (
        <Base.Trigger render={trigger} />
      ) : (
        <Base.Trigger className={css['dots']} aria-label={label}>
          <MoreHorizontal size={15} aria-hidden />
        </Base.Trigger>
      )}
      <Base.Portal>
        <Base.Positioner className={css['positioner']} sideOffset={4} align="end">
          <Base.Popup className={css['popup']}>
            {items.map((item) => (
              <Base.Item
                key={item.label}
                className={cx(css['item'], item.danger && css['danger'])}
                disabled={item.disabled === true}
                onClick={item.onSelect}
              >
                {item.icon && <item.icon size={15} aria-hidden />}
                {item.label}
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
