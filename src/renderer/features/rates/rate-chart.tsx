import { useEffect, useRef, type ReactNode } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { RateSeries } from '#shared/domain/rate.ts';
import { formatUsd } from '#shared/money.ts';
import { useTimeZone } from '../../lib/time-zone.ts';
import css from './rates.module.css';
import { chartColumns } from './series-facts.ts';
import { useThemeChange } from './use-theme-change.ts';

const HEIGHT_PX = 340;

/** A line of prices with gaps left open and own trades as marks. Redrawn when theme or data change. */
export function RateChart({ series, summary }: { series: RateSeries; summary: string }): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const timeZone = useTimeZone();
  const theme = useThemeChange();
  useEffect(() => {
    const target = box.current;
    if (!target) return undefined;
    const plot = new uPlot(
      optionsFor(target, timeZone),
      chartColumns(series) as uPlot.AlignedData,
      target,
    );
    const observer = new ResizeObserver(() =>
      plot.setSize({ width: target.clientWidth, height: HEIGHT_PX }),
    );
    observer.observe(target);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [series, timeZone, theme]);
  return <div ref={box} role="img" aria-label={summary} className={css['chart']} />;
}

function optionsFor(target: HTMLElement, timeZone: string): uPlot.Options {
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
    height: HEIGHT_PX,
    // uPlot's own way to show another zone than the machine's.
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), timeZone),
    legend: { live: true },
    cursor: { points: { size: 6 }, drag: { x: false, y: false } },
    scales: { y: { range: (_plot, min, max) => padded(min, max) } },
    axes: [
      { ...axis, size: 34 },
      { ...axis, size: 78, values: (_plot, ticks) => ticks.map(formatTick) },
    ],
    series: [
      { label: 'Time', value: '{YYYY}-{MM}-{DD} {HH}:{mm}' },
      {
        label: 'Price in USD',
        stroke: color('--accent'),
        width: 1.5,
        spanGaps: false,
        points: { show: false },
        value: (_plot, value) => formatPrice(value),
      },
      {
        label: 'Own buys',
        stroke: 'transparent',
        points: {
          show: true,
          size: 9,
          width: 2,
          stroke: color('--surface'),
          fill: color('--success-text'),
        },
        value: (_plot, value) => formatPrice(value),
      },
    ],
  };
}

/** A little air above and below; a flat line stays in the middle. */
function padded(min: number | null, max: number | null): [number, number] {
  if (min === null || max === null) return [0, 1];
  const air = max > min ? (max - min) * 0.08 : Math.max(1, max * 0.01);
  return [min - air, max + air];
}

function formatTick(value: number): string {
  return formatUsd(Math.round(value * 100)).replace(/\.00$/, '');
}

function formatPrice(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : formatUsd(Math.round(value * 100));
}
