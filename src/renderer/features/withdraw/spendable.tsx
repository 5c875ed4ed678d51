import type { ReactNode } from 'react';
import type { ClientView } from '#shared/domain/client.ts';
import { centsForSats, formatUsd } from '#shared/money.ts';
import { Btc } from '../../components/amounts.tsx';
import { Age } from '../../components/time.tsx';
import { formatClock } from '../../lib/format.ts';
import { useRateStatus } from '../../lib/profile.tsx';
import { useTimeZone } from '../../lib/time-zone.ts';
import css from './withdraw.module.css';

type SpendableProps = { client: ClientView; amountSats: number | null };

/** What the amount is worth and what there is: only the confirmed balance can be spent (api-readings.md, 21). */
export function Spendable({ client: { balance }, amountSats }: SpendableProps): ReactNode {
  const rate = useRateStatus()?.rate ?? null;
  const timeZone = useTimeZone();
  return (
    <dl className={css['facts']}>
      <div>
        <dt>Value</dt>
        <dd>
          {amountSats === null || rate === null ? (
            '—'
          ) : (
            <>
              ≈ {formatUsd(centsForSats(amountSats, rate.buyPriceCents))}{' '}
              <span className={css['muted']}>USD</span> at the rate of{' '}
              {formatClock(rate.observedAtMs, timeZone)}
            </>
          )}
        </dd>
      </div>
      <div>
        <dt>Balance</dt>
        <dd>
          {balance ? (
            <>
              <Btc sats={balance.balanceSats} />,{' '}
              <span className={css['muted']}>
                <Age ms={balance.asOfMs} />
              </span>
            </>
          ) : (
            'Not read yet'
          )}
        </dd>
      </div>
      {balance !== null && balance.unconfirmedSats > 0 && (
        <div>
          <dt>Unconfirmed</dt>
          <dd>
            <Btc sats={balance.unconfirmedSats} />,{' '}
            <span className={css['muted']}>cannot be spent yet</span>
          </dd>
        </div>
      )}
      <div>
        <dt>Fee</dt>
        <dd>Not reported by Bitpro</dd>
      </div>
    </dl>
  );
}
