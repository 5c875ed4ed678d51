import type { ReactNode } from 'react';
import type { Overview } from '#shared/domain/overview.ts';
import { formatBtc } from '#shared/money.ts';
import { FigureRow, KeyFigure } from '../../components/card.tsx';
import { FiatValue } from '../../components/fiat-value.tsx';
import { Skeleton } from '../../components/states.tsx';
import { formatCount } from '../../lib/format.ts';

type FiguresProps = {
  total: Overview['total'];
  /** Clients that could not be read when they were last tried; their figures are older. */
  unread: number;
};

export function Figures({ total, unread }: FiguresProps): ReactNode {
  const { reportedSats, computedSats, differenceSats } = total;
  return (
    <FigureRow>
      <Sum label="Reported by Bitpro" sats={reportedSats}>
        {reportedSats !== null && <FiatValue sats={reportedSats} />}
      </Sum>
      <Sum label="Computed from history" sats={computedSats}>
        Opening + deposits + buys − withdrawals
      </Sum>
      <Sum label="Difference" sats={differenceSats} isWrong={differenceSats !== 0}>
        Reported − computed
      </Sum>
      <KeyFigure
        label="Ties out"
        value={`${formatCount(total.tiesOut)} of ${formatCount(total.clients)}`}
        unit={total.clients === 1 ? 'client' : 'clients'}
        hint={
          `${formatCount(total.differs)} differ, ${formatCount(total.checking)} being checked` +
          (total.notKnown === 0 ? '' : `, ${formatCount(total.notKnown)} not known to Bitpro`) +
          (unread === 0 ? '' : `, ${formatCount(unread)} not read now`)
        }
      />
    </FigureRow>
  );
}

type SumProps = { label: string; sats: number | null; isWrong?: boolean; children: ReactNode };

/** A sum of what is not all known is none: a dash, and why. */
function Sum({ label, sats, isWrong = false, children }: SumProps): ReactNode {
  if (sats === null) return <KeyFigure label={label} value="—" hint="Not all of it is known" />;
  return (
    <KeyFigure
      label={label}
      value={formatBtc(sats)}
      unit="BTC"
      tone={isWrong ? 'danger' : 'neutral'}
      hint={children}
    />
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
