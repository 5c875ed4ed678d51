import { Button as BaseButton } from '@base-ui/react/button';
import { LoaderCircle, type LucideIcon } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';
import { Link } from 'wouter';
import { cx } from '../lib/cx.ts';
import css from './button.module.css';

export type ButtonVariant = 'primary' | 'secondary' | 'ghost' | 'danger';

type ButtonProps = Omit<ComponentProps<'button'>, 'className' | 'style'> & {
  variant?: ButtonVariant;
  icon?: LucideIcon | undefined;
  /** Keeps the width and the focus, and takes no click. */
  loading?: boolean;
};

export function Button({
  variant = 'secondary',
  icon: Icon,
  loading = false,
  disabled,
  children,
  ...rest
}: ButtonProps): ReactNode {
  const Shown = loading ? LoaderCircle : Icon;
  return (
    <BaseButton
      {...rest}
      className={cx(css['button'], css[variant])}
      disabled={disabled === true || loading}
      focusableWhenDisabled={loading}
      aria-busy={loading || undefined}
    >
      {Shown && <Shown className={cx(loading && css['spin'])} size={15} aria-hidden />}
      {children}
    </BaseButton>
  );
}

type ButtonLinkProps = {
  href: string;
  variant?: ButtonVariant;
  icon?: LucideIcon | undefined;
  children: ReactNode;
};

/** Looks like a button, is a link: it only goes somewhere. */
export function ButtonLink({
  href,
  variant = 'secondary',
  icon: Icon,
  children,
}: ButtonLinkProps): ReactNode {
  return (
    <Link href={href} className={cx(css['button'], css[variant])}>
      {Icon && <Icon size={15} aria-hidden />}
      {children}
    </Link>
  );
}
