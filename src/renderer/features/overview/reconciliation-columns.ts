import type { Overview, ReconciliationRow } from '#shared/domain/overview.ts';
import { formatBtc } from '#shared/money.ts';
import { CELL_PADDING_PX, columnsFor } from '../../components/data-grid-columns.ts';
import { figurePx } from '../../lib/figure-width.ts';

type Total = Overview['total'];
type Sums = Pick<
  Total,
  'depositSats' | 'buySats' | 'withdrawalSats' | 'computedSats' | 'reportedSats' | 'differenceSats'
>;

/** A column of figures: of a row as of the total, and which goes first where there is no room. */
export type FigureColumn = {
  key: string;
  header: string;
  satsOf: (sums: Sums) => number | null;
  isDifference?: boolean;
  isQuiet?: boolean;
  leaves: number;
};

/** Openings are all 0; the note below the table names them. */
const columns: readonly FigureColumn[] = [
  { key: 'opening', header: 'Opening', satsOf: () => 0, isQuiet: true, leaves: 1 },
  { key: 'deposits', header: 'Deposits', satsOf: (sums) => sums.depositSats, leaves: 3 },
  { key: 'buys', header: 'Buys', satsOf: (sums) => sums.buySats, leaves: 2 },
  { key: 'withdrawals', header: 'Withdrawals', satsOf: withdrawn, leaves: 4 },
  { key: 'computed', header: 'Computed', satsOf: (sums) => sums.computedSats, leaves: 5 },
  { key: 'reported', header: 'Reported', satsOf: (sums) => sums.reportedSats, leaves: 6 },
  {
    key: 'difference',
    header: 'Difference',
    satsOf: (sums) => sums.differenceSats,
    isDifference: true,
    leaves: 7,
  },
];

export const FIGURE_COLUMNS = columns.length;

/** −0 is 0. */
function withdrawn({ withdrawalSats }: Sums): number | null {
  return withdrawalSats === null || withdrawalSats === 0 ? withdrawalSats : -withdrawalSats;
}

/** As in reconciliation.module.css. */
const NARROW_PX = 700;
const CLIENT_PX = { narrow: 120, wide: 220 };
const VERDICT_PX = 108;

/** Those that fit beside client and verdict, each as wide as its longest figure, the total's too. */
export function fittingColumns(
  rows: readonly ReconciliationRow[],
  total: Total,
  widthPx: number,
  /** Of useFigureGeneration: what was measured before does not count. */
  _generation: number,
): readonly FigureColumn[] {
  const measured = columns.map((column) => {
    const texts = [...rows, total].map((sums) => column.satsOf(sums) ?? 0);
    const widest = texts.reduce(
      (px, sats) => Math.max(px, figurePx(`${column.isDifference ? '+' : ''}${formatBtc(sats)}`)),
      figurePx(column.header),
    );
    return { ...column, widthPx: widest + CELL_PADDING_PX };
  });
  const clientPx = widthPx <= NARROW_PX ? CLIENT_PX.narrow : CLIENT_PX.wide;
  const room = widthPx === 0 ? 0 : Math.max(1, widthPx - clientPx - VERDICT_PX);
  return columnsFor(measured, room);
}
