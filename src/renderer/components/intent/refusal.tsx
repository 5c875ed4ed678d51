import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { Intent } from '#shared/domain/intent.ts';
import { Banner } from '../banner.tsx';

/** Which input a refusal of the service is about; null when it names neither. */
export function fieldOfRefusal(reason: string): 'address' | 'amount' | null {
  if (/address/i.test(reason)) return 'address';
  return /amount|balance|fund|minimum|greater than|0\.05|fiat/i.test(reason) ? 'amount' : null;
}

/** Above the form: the last attempt did nothing. Its reason stands beside the field when it names one. */
export function Refusal({ intent }: { intent: Intent }): ReactNode {
  const reason = intent.reason ?? '';
  return (
    <Banner tone="danger" title="The last attempt was refused. No money has moved.">
      {fieldOfRefusal(reason) === null && <p>{reason}</p>}
      <Link href={`/intents/${intent.id}`}>See what happened</Link>
    </Banner>
  );
}
