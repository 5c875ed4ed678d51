import type { ReactNode } from 'react';
import type { Intent } from '#shared/domain/intent.ts';
import type { TransactionRow } from '#shared/domain/transaction.ts';
import { Badge } from './badge.tsx';
import { intentStateWording, transactionStateWording } from './wording.ts';

/** State of a transaction; for a deposit its confirmations. What Bitpro no longer lists says so. */
export function StateBadge({
  transaction,
}: {
  transaction: Pick<TransactionRow, 'type' | 'state' | 'confirmations' | 'removedAtMs'>;
}): ReactNode {
  const { removedAtMs } = transaction;
  if (removedAtMs !== null) {
    return (
      <span title="Bitpro no longer lists this transaction. It is in no sum.">
        <Badge tone="danger">Removed by Bitpro</Badge>
      </span>
    );
  }
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
