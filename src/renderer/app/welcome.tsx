import type { ReactNode } from 'react';
import { FirstRun } from '../features/first-run/first-run.tsx';
import { ConnectionForm } from '../features/profiles/connection-form.tsx';

/** The first run: no profile is open yet. */
export function Welcome(): ReactNode {
  return <FirstRun connect={<ConnectionForm profile={null} />} />;
}
