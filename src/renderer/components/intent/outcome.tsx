import type { ReactNode } from 'react';
import type { Intent, IntentReview } from '#shared/domain/intent.ts';
import { visibleText } from '#shared/text.ts';
import { Named } from '../named.tsx';
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

/** The receipt: what it came to first, below it the record of the request. */
export function OutcomeFacts({ review }: { review: IntentReview }): ReactNode {
  const timeZone = useTimeZone();
  const { intent } = review;
  const money =
    intent.kind === 'buy'
      ? buyFacts(intent)
      : intent.kind === 'withdrawal'
        ? withdrawalFacts(intent)
        : [];
  return (
    <>
      <DetailList items={[...money, { term: 'Client', value: <ClientName review={review} /> }]} />
      <DetailList quiet items={recordOf(intent, timeZone)} />
    </>
  );
}

function recordOf(intent: Intent, timeZone: string): Detail[] {
  const when = (ms: number): string => `${formatSecond(ms, timeZone)} ${timeZone}`;
  const items = intent.kind === 'buy' ? comparison(intent) : [];
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
    items.push({ term: 'State at Bitpro', value: visibleText(intent.serverState) });
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
    items.push({ term: 'Settled by hand by', value: <Named>{intent.settledBy}</Named> });
    items.push({ term: 'Reason given', value: <Named>{intent.settleReason ?? ''}</Named> });
  }
  return items;
}

function withdrawalFacts({ amountSats, address }: Intent): Detail[] {
  return [
    {
      term: 'Amount',
      value: <strong className={css['amount']}>{<Btc sats={amountSats ?? 0} />}</strong>,
    },
    { term: 'To address', value: <AddressGroups address={address ?? ''} /> },
    { term: 'Fee', value: 'Not reported by Bitpro' },
  ];
}

function buyFacts(intent: Intent): Detail[] {
  const usd = <Usd cents={intent.usdCents ?? 0} />;
  const execution = executionOf(intent);
  // Only a buy that was carried out has spent anything.
  if (execution === null) {
    return [{ term: 'Amount', value: <strong className={css['amount']}>{usd}</strong> }];
  }
  return [
    {
      term: 'Received',
      value: <strong className={css['amount']}>{<Btc sats={execution.receivedSats} />}</strong>,
    },
    { term: 'Spent', value: usd },
    { term: 'Price paid', value: <Usd cents={execution.impliedPriceCents} /> },
    { term: 'Slippage', value: formatBasisPoints(execution.slippageBasisPoints) },
  ];
}

/** What the review promised, against which the slippage is counted. */
function comparison(intent: Intent): Detail[] {
  if (intent.expectedSats === null) return [];
  const expected = { term: 'Expected', value: <Btc sats={intent.expectedSats} /> };
  const execution = executionOf(intent);
  if (execution === null) return [expected];
  const { receivedSats, expectedSats, quotedPriceCents } = execution;
  return [
    expected,
    { term: 'Difference', value: <Btc sats={receivedSats - expectedSats} signed /> },
    { term: 'Price reviewed', value: <Usd cents={quotedPriceCents} /> },
  ];
}
