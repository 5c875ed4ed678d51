import type { ReactNode } from 'react';
import type { IntentReview } from '#shared/domain/intent.ts';
import { formatSecond } from '../../lib/format.ts';
import { useTimeZone } from '../../lib/time-zone.ts';
import { Btc, Usd } from '../amounts.tsx';
import { Banner } from '../banner.tsx';
import { DetailList, type Detail } from '../detail-list.tsx';
import { AddressGroups, Hash } from '../hash.tsx';
import { executionOf, formatBasisPoints } from './execution.ts';
import css from './intent.module.css';
import { ClientName } from './review-facts.tsx';
import { describeIntent, reasonOf } from './wording.ts';

/** What is known, why, and what happens next. */
export function OutcomeBanner({ review }: { review: IntentReview }): ReactNode {
  const { intent } = review;
  const { tone, title, known, next } = describeIntent(intent);
  const reason = reasonOf(intent);
  return (
    <Banner tone={tone} title={title}>
      <p>{known}</p>
      {reason !== null && <p className={css['reason']}>{reason}</p>}
      <p>{next}</p>
    </Banner>
  );
}

/** The facts of an intent that is past its review, and the receipt of a buy. */
export function OutcomeFacts({ review }: { review: IntentReview }): ReactNode {
  const timeZone = useTimeZone();
  const { intent } = review;
  const when = (ms: number): string => `${formatSecond(ms, timeZone)} ${timeZone}`;
  const items: Detail[] = [{ term: 'Client', value: <ClientName review={review} /> }];
  items.push(...(intent.kind === 'buy' ? buyFacts(review) : withdrawalFacts(review)));
  if (intent.serverTid !== null) {
    items.push({ term: 'Bitpro id', value: <Hash value={intent.serverTid} label="Bitpro id" /> });
  }
  if (intent.serverTxId !== null) {
    items.push({
      term: 'Network id',
      value: <Hash value={intent.serverTxId} label="network id" />,
    });
  }
  if (intent.serverState !== null) {
    items.push({ term: 'State at Bitpro', value: intent.serverState });
  }
  items.push({ term: 'Request written', value: when(intent.createdAtMs) });
  items.push({
    term: 'Request sent',
    value: intent.sentAtMs === null ? 'Never' : `Once, ${when(intent.sentAtMs)}`,
  });
  if (intent.settledAtMs !== null) {
    items.push({ term: 'Settled', value: when(intent.settledAtMs) });
  }
  if (intent.settledBy !== null) {
    items.push({ term: 'Settled by hand by', value: intent.settledBy });
    items.push({ term: 'Reason given', value: intent.settleReason });
  }
  return <DetailList items={items} />;
}

function withdrawalFacts({ intent }: IntentReview): Detail[] {
  if (intent.kind !== 'withdrawal') return [];
  return [
    { term: 'Amount', value: <Btc sats={intent.amountSats ?? 0} /> },
    { term: 'To address', value: <AddressGroups address={intent.address ?? ''} /> },
    { term: 'Fee', value: 'Not reported by Bitpro' },
  ];
}

function buyFacts({ intent }: IntentReview): Detail[] {
  const items: Detail[] = [{ term: 'Spent', value: <Usd cents={intent.usdCents ?? 0} /> }];
  if (intent.expectedSats !== null) {
    items.push({ term: 'Expected', value: <Btc sats={intent.expectedSats} /> });
  }
  const execution = executionOf(intent);
  if (execution === null) return items;
  const { receivedSats, impliedPriceCents, quotedPriceCents, slippageBasisPoints } = execution;
  return [
    {
      term: 'Received',
      value: <strong className={css['amount']}>{<Btc sats={receivedSats} />}</strong>,
    },
    ...items,
    { term: 'Difference', value: <Btc sats={receivedSats - execution.expectedSats} signed /> },
    { term: 'Price paid', value: <Usd cents={impliedPriceCents} /> },
    { term: 'Price reviewed', value: <Usd cents={quotedPriceCents} /> },
    { term: 'Slippage', value: formatBasisPoints(slippageBasisPoints) },
  ];
}
