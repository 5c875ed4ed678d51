import { Progress } from '@base-ui/react/progress';
import type { ReactNode } from 'react';
import css from './progress-bar.module.css';

type ProgressBarProps = {
  /** Null while the end is not known. */
  value: number | null;
  max: number;
  /** The accessible name. */
  label: string;
};

export function ProgressBar({ value, max, label }: ProgressBarProps): ReactNode {
  return (
    <Progress.Root value={value} max={Math.max(max, 1)} aria-label={label} className={css['root']}>
      <Progress.Track className={css['track']}>
        <Progress.Indicator className={css['bar']} />
      </Progress.Track>
    </Progress.Root>
  );
}
