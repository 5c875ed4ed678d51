import type { ReactNode } from 'react';
import { useLasting } from '../lib/lasting.ts';
import { Button } from './button.tsx';
import css from './waiting.module.css';

/** An answer of the service is mostly there sooner. */
const SOON_MS = 5000;

type WaitingProps = {
  active: boolean;
  /** What is being waited for, and that nothing is lost. */
  children: ReactNode;
  /** Only where to stop waiting changes nothing at the service. */
  onStop?: () => void;
};

/** What a busy button waits for, once it takes longer than one expects. */
export function Waiting({ active, children, onStop }: WaitingProps): ReactNode {
  const isLong = useLasting(active, SOON_MS);
  return (
    <span role="status" className={css['waiting']}>
      {isLong && (
        <>
          {children}
          {onStop && (
            <Button variant="ghost" onClick={onStop}>
              Stop waiting
            </Button>
          )}
        </>
      )}
    </span>
  );
}
