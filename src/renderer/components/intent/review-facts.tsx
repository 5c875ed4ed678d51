import type { ReactNode } from 'react';
import type { IntentReview, KnownAddress } from '#shared/domain/intent.ts';
import { Named } from '../named.tsx';
import { formatClock } from '../../lib/format.ts';
import { useTimeZone } from '../../lib/time-zone.ts';
import { Btc, Usd } from '../amounts.tsx';
import { DetailList, type Detail } from '../detail-list.tsx';
import { AddressGroups } from '../hash.tsx';
import { Age } from '../time.tsx';
import css from './intent.module.css';

/** What the operator decides on, as main drew it from the journal. */
export function ReviewFacts({ review }: { review: IntentReview }): ReactNode {
  const { intent } = review;
  const timeZone = useTimeZone();
  if (intent.kind === 'buy') return <BuyFacts review={review} />;
  const items: Detail[] = [{ term: 'Client', value: <ClientName review={review} /> }];
  if (intent.kind === 'withdrawal') {
    items.unshift({
      term: 'Amount',
      value: <strong className={css['amount']}>{<Btc sats={intent.amountSats ?? 0} />}</strong>,
    });
    items.push({ term: 'To address', value: <AddressGroups address={intent.address ?? ''} /> });
    if (review.lookAlike !== null) {
      const { what, address } = review.lookAlike;
      items.push({ term: 'Looks like', value: <LookAlike what={what} address={address} /> });
    }
    if (review.bookLabel !== null) {
      items.push({ term: 'In address book', value: <Named>{review.bookLabel}</Named> });
    }
    if (review.repeatReason !== null) items.push(paidAgain(review.repeatReason));
    if (review.fiatCents !== null && review.rateObservedAtMs !== null) {
      items.push({
        term: 'Value',
        value: (
          <>
            ≈ <Usd cents={review.fiatCents} /> at the rate of{' '}
            {formatClock(review.rateObservedAtMs, timeZone)}
          </>
        ),
      });
    }
    items.push({ term: 'Fee', value: 'Not reported by Bitpro' });
    if (review.balanceSats !== null) {
      items.push({
        term: 'Balance before',
        value: (
          <>
            <Btc sats={review.balanceSats} />, read <Age ms={review.balanceAsOfMs} />
          </>
        ),
      });
    }
  }
  return <DetailList items={items} />;
}

function paidAgain(reason: string): Detail {
  return { term: 'Paid again because', value: <Named>{reason}</Named> };
}

/** Right below the address itself, so that the two are compared group by group. */
function LookAlike({ what, address }: KnownAddress): ReactNode {
  return (
    <>
      <AddressGroups address={address} />
      <span className={css['note']}>{what}</span>
    </>
  );
}

function BuyFacts({ review }: { review: IntentReview }): ReactNode {
  const { usdCents, quotedPriceCents, expectedSats } = review.intent;
  const items: Detail[] = [
    {
      term: 'Spend',
      value: <strong className={css['amount']}>{<Usd cents={usdCents ?? 0} />}</strong>,
    },
    { term: 'For client', value: <ClientName review={review} /> },
  ];
  if (review.repeatReason !== null) items.push(paidAgain(review.repeatReason));
  if (quotedPriceCents !== null) {
    items.push({
      term: 'Rate now',
      value: (
        <>
          1 BTC = <Usd cents={quotedPriceCents} />
        </>
      ),
    });
  }
  if (expectedSats !== null) {
    items.push({
      term: 'Expected',
      value: (
        <>
          ≈ <Btc sats={expectedSats} />
          <span className={css['note']}>
            The rate does not bind Bitpro: it buys at its rate of that moment.
          </span>
        </>
      ),
    });
  }
  return <DetailList items={items} />;
}

export function ClientName({ review }: { review: IntentReview }): ReactNode {
  const { clientLabel, intent } = review;
  if (intent.clientUid === null)
    return clientLabel === '' ? 'New, without a label' : <Named>{clientLabel}</Named>;
  return (
    <>
      {clientLabel !== '' && (
        <>
          <Named>{clientLabel}</Named>{' '}
        </>
      )}
      <span className={css['uid']}>{intent.clientUid}</span>
    </>
  );
}
