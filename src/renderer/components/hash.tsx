import type { ReactNode } from 'react';
import { visibleText } from '#shared/text.ts';
import { cutMiddle, groupsOfFour } from '../lib/format.ts';
import { CopyButton } from './copy-button.tsx';
import css from './hash.module.css';

type HashProps = {
  value: string;
  /** What it is, for the copy button's name. */
  label?: string;
  /** Characters kept at each end; the whole is on hover and in the copy. */
  keep?: number;
  copy?: boolean;
};

/** A long identifier cut in the middle. */
export function Hash({ value, label = 'identifier', keep = 8, copy = true }: HashProps): ReactNode {
  const shown = visibleText(value);
  return (
    <span className={css['hash']}>
      <span className={css['text']} title={shown}>
        {cutMiddle(shown, keep)}
      </span>
      {copy && <CopyButton text={value} label={`Copy ${label}`} />}
    </span>
  );
}

/** A whole address in groups of four. Read as one by screen readers and selected as one. */
export function AddressGroups({ address }: { address: string }): ReactNode {
  return (
    <span className={css['groups']}>
      {groupsOfFour(visibleText(address)).map((group, index) => (
        <span key={index} className={css['group']}>
          {group}
        </span>
      ))}
    </span>
  );
}
