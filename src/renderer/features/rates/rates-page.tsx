import { ChartLine, RefreshCw } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { RATE_PERIOD_MS } from '#shared/domain/constants.ts';
import type { RatePeriod, RateSeries } from '#shared/domain/rate.ts';
import { formatUsd } from '#shared/money.ts';
import { Banner } from '../../components/banner.tsx';
import { Button } from '../../components/button.tsx';
import { Card, FigureRow, KeyFigure } from '../../components/card.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { Segmented } from '../../components/segmented.tsx';
import { EmptyState, ErrorState } from '../../components/states.tsx';
import { Age } from '../../components/time.tsx';
import { toast } from '../../components/toasts.tsx';
import { formatCountdown, plural } from '../../lib/format.ts';
import { call } from '../../lib/ipc.ts';
import { useRateNow, type RateNow } from '../../lib/rate.ts';
import { useConnection, useRateStatus } from '../../lib/profile.tsx';
import { useRequest } from '../../lib/resource.ts';
import { RateChart } from './rate-chart.tsx';
import css from './rates.module.css';
import { changeText, factsOf, MOST_MARKS, type SeriesFacts } from './series-facts.ts';

const periods: { value: RatePeriod; label: string }[] = [
  { value: 'day', label: 'Day' },
  { value: 'week', label: 'Week' },
  { value: 'month', label: 'Month' },
  { value: 'year', label: 'Year' },
  { value: 'all', label: 'All' },
];

const spans: Record<RatePeriod, string> = {
  day: 'the last day',
  week: 'the last week',
  month: 'the last month',
  year: 'the last year',
  all: 'all time',
};

export function RatesPage(): ReactNode {
  const [period, setPeriod] = useState<RatePeriod>('day');
  const series = useRequest('rates.series', { period }, ['rate.changed']);
  const facts = series.value ? factsOf(series.value) : null;
  return (
    <div className={css['page']}>
      <PageHeader title="Rates" actions={<RefreshRate />} />
      <LastError />
      <Figures facts={facts} span={spans[period]} />
      <Card
        title="Price of 1 BTC in USD"
        actions={
          <Segmented label="Period" hideLabel items={periods} value={period} onChange={setPeriod} />
        }
      >
        <div className={css['plot']}>
          {series.status === 'error' && <ErrorState error={series.error} onRetry={series.reload} />}
          {series.status === 'ready' && (
            <Chart
              series={series.value}
              facts={facts}
              span={spans[period]}
              spanMs={period === 'all' ? null : RATE_PERIOD_MS[period]}
            />
          )}
        </div>
      </Card>
    </div>
  );
}

function RefreshRate(): ReactNode {
  const [refreshing, setRefreshing] = useState(false);
  const refresh = async (): Promise<void> => {
    setRefreshing(true);
    const result = await call('rates.refresh', {});
    setRefreshing(false);
    if (result.ok) return;
    toast.show({ tone: 'warning', title: 'No new rate', text: result.error.message });
  };
  return (
    <Button icon={RefreshCw} loading={refreshing} onClick={() => void refresh()}>
      Refresh rate
    </Button>
  );
}

function LastError(): ReactNode {
  const error = useRateStatus()?.lastError ?? null;
  // Offline, the banner of the window says the same.
  const isOffline = useConnection()?.state === 'offline';
  if (error === null || isOffline) return null;
  return (
    <Banner tone="warning" title="The last reading failed">
      {error}
    </Banner>
  );
}

function endWords({ leftMs }: RateNow): string {
  if (leftMs === null) return 'its end is not clear';
  return leftMs > 0 ? `ends in ${formatCountdown(leftMs)}` : 'expired';
}

function Figures({ facts, span }: { facts: SeriesFacts | null; span: string }): ReactNode {
  const rate = useRateNow();
  const change = changeText(facts);
  return (
    <FigureRow>
      <KeyFigure
        label={rate === null || rate.isCurrent ? 'Price now' : 'Last price'}
        value={rate ? formatUsd(rate.priceCents) : '—'}
        unit={rate ? 'USD' : undefined}
        hint={
          rate ? (
            <>
              {endWords(rate)} · read <Age ms={rate.observedAtMs} />
            </>
          ) : (
            'Not read yet'
          )
        }
      />
      <KeyFigure
        label="Change"
        value={change ?? '—'}
        unit={change === null ? undefined : '%'}
        hint={
          facts?.readings === 1 ? 'Only one reading so far' : `Over ${span}, first to last reading`
        }
      />
      <KeyFigure
        label="Lowest"
        value={facts ? formatUsd(facts.minCents) : '—'}
        unit={facts ? 'USD' : undefined}
        hint={`In ${span}`}
      />
      <KeyFigure
        label="Highest"
        value={facts ? formatUsd(facts.maxCents) : '—'}
        unit={facts ? 'USD' : undefined}
        hint={`In ${span}`}
      />
    </FigureRow>
  );
}

type ChartProps = {
  series: RateSeries;
  facts: SeriesFacts | null;
  span: string;
  spanMs: number | null;
};

function Chart({ series, facts, span, spanMs }: ChartProps): ReactNode {
  if (facts === null) {
    return (
      <EmptyState
        icon={ChartLine}
        title="No rates observed"
        text={`Nothing was observed in ${span}. Every rate that is read from now on is kept.`}
      />
    );
  }
  const summary =
    `Price of 1 BTC over ${span}: lowest ${formatUsd(facts.minCents)} USD, ` +
    `highest ${formatUsd(facts.maxCents)} USD, last ${formatUsd(facts.lastCents)} USD, ` +
    `${plural(series.trades.length, 'own buy')}.`;
  return (
    <>
      <RateChart series={series} spanMs={spanMs} summary={summary} />
      <p className={css['note']}>
        {plural(series.observations, 'observed rate')}. The line breaks where none was observed.
        {series.trades.length > MOST_MARKS && ' Buys that lie close together share a mark.'}
      </p>
    </>
  );
}
