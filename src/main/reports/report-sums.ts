import { addUnits, toDecimal } from '#shared/money.ts';
import type { ReportSum } from './report-source.ts';

const decimals = { BTC: 8, USD: 2 } as const;
type Currency = keyof typeof decimals;

export type ReportSums = {
  /** Adds whole units; null is not known and not counted. @throws RangeError beyond the safe integers */
  add(type: string, currency: Currency, units: number | null): void;
  list(): ReportSum[];
};

/** Sums by type and currency, listed in the order of `types`. */
export function createSums(types: readonly string[]): ReportSums {
  const sums = new Map<string, { type: string; currency: Currency; rows: number; units: number }>();
  return {
    add(type, currency, units) {
      if (units === null) return;
      const key = `${type} ${currency}`;
      const sum = sums.get(key);
      if (sum) {
        sum.rows += 1;
        sum.units = addUnits(sum.units, units);
      } else sums.set(key, { type, currency, rows: 1, units });
    },
    list: () =>
      [...sums.values()]
        .toSorted((a, b) => order(types, a) - order(types, b))
        .map(({ type, currency, rows, units }) => ({
          type,
          currency,
          rows,
          amount: toDecimal(units, decimals[currency], true),
        })),
  };
}

function order(types: readonly string[], sum: { type: string; currency: Currency }): number {
  return types.indexOf(sum.type) * 2 + (sum.currency === 'USD' ? 1 : 0);
}
