import { useEffect, useRef, type ReactNode } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { RateSeries } from '#shared/domain/rate.ts';
import { formatUsd } from '#shared/money.ts';
import { formatMinute } from '../../lib/format.ts';
import { useTimeZone } from '../../lib/time-zone.ts';
import css from './rates.module.css';
import { chartColumns, lonePrices } from './series-facts.ts';
import { timeLabels } from './time-labels.ts';
import { useThemeChange } from './use-theme-change.ts';

/** As high as the window leaves room for below the figures. */
function heightPx(): number {
  return Math.max(220, Math.min(440, innerHeight - 500));
}

type RateChartProps = {
  series: RateSeries;
  /** How far back the axis goes from now; null: as far as the readings do. */
  spanMs: number | null;
  summary: string;
};

/**
 * Prices as steps, since each holds until the next, with gaps left open and own trades as marks. Redrawn when theme or
 * data change.
 */
export function RateChart({ series, spanMs, summary }: RateChartProps): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const timeZone = useTimeZone();
  const theme = useThemeChange();
  useEffect(() => {
    const target = box.current;
    if (!target) return undefined;
    const plot = new uPlot(optionsFor(target, timeZone, spanMs), chartColumns(series), target);
    const observer = new ResizeObserver(() =>
      plot.setSize({ width: target.clientWidth, height: heightPx() }),
    );
    observer.observe(target);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [series, spanMs, timeZone, theme]);
  return <div ref={box} role="img" aria-label={summary} className={css['chart']} />;
}

function optionsFor(target: HTMLElement, timeZone: string, spanMs: number | null): uPlot.Options {
  const nowS = Date.now() / 1000;
  const steps = uPlot.paths.stepped?.({ align: 1 });
  const color = (name: string): string => getComputedStyle(target).getPropertyValue(name).trim();
  const font = `12px ${color('--font')}`;
  const axis = {
    stroke: color('--text-muted'),
    font,
    grid: { stroke: color('--border'), width: 1 },
    ticks: { show: false },
  };
  return {
    width: target.clientWidth,
    height: heightPx(),
    // uPlot's own way to show another zone than the machine's.
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), timeZone),
    legend: { live: true },
    cursor: { points: { size: 6 }, drag: { x: false, y: false } },
    scales: {
      x: {
        range: ({ data: [timesS] }) =>
          spanMs === null ? atLeastAMinute(timesS) : [nowS - spanMs / 1000, nowS],
      },
      y: { range: (_plot, min, max) => padded(min, max) },
    },
    hooks: { ready: [markHover], setCursor: [markHover] },
    axes: [
      {
        ...axis,
        size: 42,
        space: 72,
        values: (_plot, splits, _axis, _space, stepS) => timeLabels(splits, stepS, timeZone),
      },
      { ...axis, size: 78, values: (_plot, ticks) => priceLabels(ticks) },
    ],
    series: [
      {
        label: 'Time',
        value: (_plot, seconds) => (seconds ? formatMinute(seconds * 1000, timeZone) : '–'),
      },
      {
        label: 'Price in USD',
        stroke: color('--accent'),
        width: 1.5,
        spanGaps: false,
        ...(steps ? { paths: steps } : {}),
        points: {
          show: false,
          size: 5,
          fill: color('--accent'),
          filter: ({ data }) => lonePrices(data[1] ?? []),
        },
        value: (_plot, value) => formatPrice(value),
      },
      {
        label: 'Own buys',
        stroke: color('--success-text'),
        paths: () => null,
        points: {
          show: true,
          size: 9,
          width: 1.5,
          stroke: color('--surface'),
          fill: color('--success-text'),
        },
        value: (_plot, value) => formatPrice(value),
      },
    ],
  };
}

/** Without a point under the pointer the legend names the lines and gives no values (rates.module.css). */
function markHover({ root, cursor }: uPlot): void {
  root.toggleAttribute('data-hovered', typeof cursor.idx === 'number' && (cursor.left ?? -1) >= 0);
}

/** A few readings are not stretched until the labels repeat. */
function atLeastAMinute(timesS: ArrayLike<number>): [number, number] {
  const firstS = timesS[0] ?? 0;
  const lastS = timesS[timesS.length - 1] ?? firstS;
  const airS = Math.max(0, 60 - (lastS - firstS)) / 2;
  return [firstS - airS, lastS + airS];
}

/** A little air above and below, never less than a dollar; a flat line stays in the middle. */
function padded(min: number | null, max: number | null): [number, number] {
  if (min === null || max === null) return [0, 1];
  const air = max > min ? Math.max(1, (max - min) * 0.08) : Math.max(1, max * 0.01);
  return [min - air, max + air];
}

/** Whole dollars when every tick is; else all of them with cents. */
function priceLabels(ticks: readonly number[]): string[] {
  const cents = ticks.map((tick) => Math.round(tick * 100));
  const areWhole = cents.every((each) => each % 100 === 0);
  return cents.map((each) => (areWhole ? formatUsd(each).slice(0, -3) : formatUsd(each)));
}

function formatPrice(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : formatUsd(Math.round(value * 100));
}
