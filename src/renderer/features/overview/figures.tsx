import type { ReactNode } from 'react';
import type { Overview } from '#shared/domain/overview.ts';
import { centsForSats, formatBtc, formatUsd } from '#shared/money.ts';
import { FigureRow, KeyFigure } from '../../components/card.tsx';
import { Skeleton } from '../../components/states.tsx';
import { formatCount } from '../../lib/format.ts';
import { useRateStatus } from '../../lib/profile.tsx';

export function Figures({ total }: { total: Overview['total'] }): ReactNode {
  const rate = useRateStatus()?.rate ?? null;
  return (
    <FigureRow>
      <KeyFigure
        label="Reported by Bitpro"
        value={formatBtc(total.reportedSats)}
        unit="BTC"
        hint={
          rate && `≈ ${formatUsd(centsForSats(total.reportedSats, rate.buyPriceCents))} USD now`
        }
      />
      <KeyFigure
        label="Computed from history"
        value={formatBtc(total.computedSats)}
        unit="BTC"
        hint="Opening + deposits + buys − withdrawals"
      />
      <KeyFigure
        label="Difference"
        value={formatBtc(total.differenceSats)}
        unit="BTC"
        tone={total.differenceSats === 0 ? 'neutral' : 'danger'}
        hint={total.checking === 0 ? 'Reported − computed' : 'Without clients being checked'}
      />
      <KeyFigure
        label="Ties out"
        value={`${formatCount(total.tiesOut)} of ${formatCount(total.clients)}`}
        unit={total.clients === 1 ? 'client' : 'clients'}
        hint={`${formatCount(total.differs)} differ, ${formatCount(total.checking)} being checked`}
      />
    </FigureRow>
  );
}

/** Of the height of the figures, so that nothing jumps. */
export function FiguresSkeleton(): ReactNode {
  return (
    <FigureRow>
      {['Reported by Bitpro', 'Computed from history', 'Difference', 'Ties out'].map((label) => (
        <KeyFigure
          key={label}
          label={label}
          value={<Skeleton width={140} />}
          hint={<Skeleton width={100} />}
        />
      ))}
    </FigureRow>
  );
}
