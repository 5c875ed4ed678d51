import { Button as BaseButton } from '@base-ui/react/button';
import type { LucideIcon } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';
import css from './icon-button.module.css';
import { Tooltip } from './tooltip.tsx';

type IconButtonProps = Omit<ComponentProps<'button'>, 'className' | 'style' | 'aria-label'> & {
  label: string;
  icon: LucideIcon;
};

/** The label is the accessible name and the tooltip. What is disabled for a while keeps the focus. */
export function IconButton({ label, icon: Icon, ...rest }: IconButtonProps): ReactNode {
  return (
    <Tooltip text={label}>
      <BaseButton {...rest} focusableWhenDisabled aria-label={label} className={css['button']}>
        <Icon size={15} aria-hidden />
      </BaseButton>
    </Tooltip>
  );
}
