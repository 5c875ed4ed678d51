import { addUnits, toDecimal } from '#shared/money.ts';
import type { ReportSum } from './report-source.ts';

const decimals = { BTC: 8, USD: 2 } as const;
type Currency = keyof typeof decimals;

/** Adds whole units; with null, which is not known, the sum is not known either. @throws RangeError beyond the safe integers */
export type AddUnits = (units: number | null) => void;

export type ReportSums = {
  /** One sum; to be asked for once, not for every row. */
  of(type: string, currency: Currency): AddUnits;
  /** Those that something was added to and that are whole, in the order of `types`. */
  list(): ReportSum[];
};

type Sum = {
  type: string;
  currency: Currency;
  rows: number;
  units: number;
  whole: boolean;
  add: AddUnits;
};

/** Sums by type and currency. */
export function createSums(types: readonly string[]): ReportSums {
  const sums = new Map<string, Sum>();
  return {
    of(type, currency) {
      const key = `${type} ${currency}`;
      const sum = sums.get(key) ?? createSum(type, currency);
      sums.set(key, sum);
      return sum.add;
    },
    list: () =>
      [...sums.values()]
        .filter(({ rows, whole }) => rows > 0 && whole)
        .toSorted((a, b) => order(types, a) - order(types, b))
        .map(({ type, currency, rows, units }) => ({
          type,
          currency,
          rows,
          amount: toDecimal(units, decimals[currency], true),
        })),
  };
}

function createSum(type: string, currency: Currency): Sum {
  const sum: Sum = {
    type,
    currency,
    rows: 0,
    units: 0,
    whole: true,
    add(units) {
      if (units === null) {
        sum.whole = false;
        return;
      }
      sum.rows += 1;
      sum.units = addUnits(sum.units, units);
    },
  };
  return sum;
}

function order(types: readonly string[], { type, currency }: Sum): number {
  return types.indexOf(type) * 2 + (currency === 'USD' ? 1 : 0);
}
