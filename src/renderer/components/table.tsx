import type { ComponentProps, KeyboardEvent, ReactNode } from 'react';
import { cx } from '../lib/cx.ts';
import css from './table.module.css';

/** `label` is the table's accessible name. Scrolls sideways on its own rather than moving the page. */
export function Table({ label, children }: { label: string; children: ReactNode }): ReactNode {
  return (
    <div className={css['scroll']} tabIndex={-1}>
      <table className={css['table']} aria-label={label}>
        {children}
      </table>
    </div>
  );
}

export function THead({ children }: { children: ReactNode }): ReactNode {
  return (
    <thead>
      <tr>{children}</tr>
    </thead>
  );
}

type CellProps = { numeric?: boolean; muted?: boolean };

type ThProps = Omit<ComponentProps<'th'>, 'className' | 'style'> & CellProps;

export function Th({ numeric = false, muted: _muted, ...rest }: ThProps): ReactNode {
  return <th scope="col" {...rest} className={cx(css['th'], numeric && css['numeric'])} />;
}

type TrProps = {
  children: ReactNode;
  /** Makes the row a target for click, Enter and Space. */
  onOpen?: (() => void) | undefined;
  selected?: boolean;
};

export function Tr({ children, onOpen, selected = false }: TrProps): ReactNode {
  if (!onOpen) return <tr className={css['row']}>{children}</tr>;
  const onKeyDown = (event: KeyboardEvent<HTMLTableRowElement>): void => {
    if (event.target !== event.currentTarget) return;
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    onOpen();
  };
  return (
    <tr
      className={cx(css['row'], css['open'])}
      data-selected={selected || undefined}
      aria-current={selected || undefined}
      tabIndex={0}
      onClick={onOpen}
      onKeyDown={onKeyDown}
    >
      {children}
    </tr>
  );
}

type TdProps = Omit<ComponentProps<'td'>, 'className' | 'style'> &
  CellProps & {
    /** Takes the room that is left and cuts what does not fit. */
    grow?: boolean;
  };

export function Td({ numeric = false, muted = false, grow = false, ...rest }: TdProps): ReactNode {
  return (
    <td
      {...rest}
      className={cx(
        css['td'],
        numeric && css['numeric'],
        muted && css['muted'],
        grow && css['grow'],
      )}
    />
  );
}
