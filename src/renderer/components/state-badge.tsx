import type { ReactNode } from 'react';
import type { Intent } from '#shared/domain/intent.ts';
import type { Transaction } from '#shared/domain/transaction.ts';
import { Badge } from './badge.tsx';
import { intentStateWording, transactionStateWording } from './wording.ts';

/** State of a transaction; for a deposit its confirmations. */
export function StateBadge({
  transaction,
}: {
  transaction: Pick<Transaction, 'type' | 'state' | 'confirmations'>;
}): ReactNode {
  const { word, tone } = transactionStateWording(transaction);
  return <Badge tone={tone}>{word}</Badge>;
}

export function IntentBadge({ intent }: { intent: Intent }): ReactNode {
  const { word, tone, icon } = intentStateWording(intent);
  return (
    <Badge tone={tone} icon={icon}>
      {word}
    </Badge>
  );
}
