import { Menu as Base } from '@base-ui/react/menu';
import { MoreHorizontal, type LucideIcon } from 'lucide-react';
import { useId, type ReactElement, type ReactNode } from 'react';
import { cx } from '../lib/cx.ts';
import css from './menu.module.css';

export type MenuItem = {
  label: string;
  icon?: LucideIcon;
  onSelect: () => void;
  danger?: boolean;
  /** Why it cannot be chosen now, which stands below it; null when it can. */
  unless?: string | null;
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
              <Item key={item.label} item={item} />
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

function Item({ item }: { item: MenuItem }): ReactNode {
  const { label, icon: Icon, onSelect, danger, unless = null } = item;
  const id = useId();
  return (
    <Base.Item
      className={cx(css['item'], danger && css['danger'])}
      disabled={unless !== null}
      aria-labelledby={`${id}-label`}
      aria-describedby={unless === null ? undefined : `${id}-why`}
      onClick={onSelect}
    >
      {Icon && <Icon size={15} aria-hidden />}
      <span id={`${id}-label`}>{label}</span>
      {unless !== null && (
        <span id={`${id}-why`} className={css['why']}>
          {unless}
        </span>
      )}
    </Base.Item>
  );
}
