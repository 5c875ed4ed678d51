import { useMemo, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import type {
  Overview,
  OverviewQuery,
  ReconciliationRow,
  RowVerdict,
} from '#shared/domain/overview.ts';
import { Named } from '../../components/named.tsx';
import { Btc } from '../../components/amounts.tsx';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { Segmented } from '../../components/segmented.tsx';
import { SkeletonRows } from '../../components/states.tsx';
import { Table, Td, Th, THead, Tr } from '../../components/table.tsx';
import { whatDiffers } from '../../components/wording.ts';
import { formatCount } from '../../lib/format.ts';
import { useFailure } from '../../lib/profile.tsx';
import { useFigureGeneration } from '../../lib/figure-width.ts';
import { useWidthPx } from '../../lib/width.ts';
import { firstQuery } from './first-query.ts';
import { FIGURE_COLUMNS, fittingColumns, type FigureColumn } from './reconciliation-columns.ts';
import css from './reconciliation.module.css';
import { rowVerdicts } from './verdict.ts';

const STEP = firstQuery.limit;

/** The choice of rows of any verdict. */
const ANY = 'any';

type Total = Overview['total'];

type ReconciliationProps = {
  overview: Overview;
  query: OverviewQuery;
  onQuery: (query: OverviewQuery) => void;
};

export function Reconciliation({
  overview: { rows, total },
  query,
  onQuery,
}: ReconciliationProps): ReactNode {
  const [, navigate] = useLocation();
  const { verdict, limit } = query;
  const hidden = countOf(total, verdict) - limit;
  const generation = useFigureGeneration();
  const [ref, widthPx] = useWidthPx();
  const columns = useMemo(
    () => fittingColumns(rows, total, widthPx, generation),
    [rows, total, widthPx, generation],
  );
  return (
    <Card
      title="Reconciliation"
      padded={false}
      actions={
        <Filter
          total={total}
          value={verdict}
          onChange={(asked) => onQuery({ verdict: asked, limit: STEP })}
        />
      }
    >
      <div ref={ref} className={css['table']}>
        <Table label="Reconciliation by client, amounts in BTC">
          <Head columns={columns} />
          <tbody>
            {rows.map((row) => (
              <Tr key={row.clientUid} onOpen={() => navigate(`/clients/${row.clientUid}`)}>
                <Cells row={row} columns={columns} />
              </Tr>
            ))}
            {rows.length === 0 && (
              <tr>
                <Td muted colSpan={columns.length + 2}>
                  No client is in this state.
                </Td>
              </tr>
            )}
          </tbody>
          {verdict === null && <Foot total={total} columns={columns} />}
        </Table>
      </div>
      <p className={css['note']}>
        Opening + deposits + buys − withdrawals = computed, in BTC. Openings are 0: Bitpro reports
        no balance from before the first transaction.
        {columns.length < FIGURE_COLUMNS &&
          ' Columns that have no room here are shown in a wider window.'}
      </p>
      {hidden > 0 && (
        <div className={css['more']}>
          <Button variant="ghost" onClick={() => onQuery({ verdict, limit: limit + STEP })}>
            Show {formatCount(Math.min(STEP, hidden))} more of {formatCount(hidden)}
          </Button>
        </div>
      )}
    </Card>
  );
}

function Filter({
  total,
  value,
  onChange,
}: {
  total: Total;
  value: RowVerdict | null;
  onChange: (value: RowVerdict | null) => void;
}): ReactNode {
  return (
    <Segmented
      label="Show"
      hideLabel
      items={[
        { value: ANY, label: `All ${formatCount(total.clients)}` },
        { value: 'differs', label: `Differs ${formatCount(total.differs)}` },
        { value: 'checking', label: `Checking ${formatCount(total.checking)}` },
      ]}
      value={value ?? ANY}
      onChange={(choice) => onChange(choice === ANY ? null : choice)}
    />
  );
}

function countOf(total: Total, verdict: RowVerdict | null): number {
  if (verdict === null) return total.clients;
  const { tiesOut, differs, checking, notKnown } = total;
  return { ties_out: tiesOut, differs, checking, not_known: notKnown }[verdict];
}

type ColumnsProps = { columns: readonly FigureColumn[] };

function Head({ columns }: ColumnsProps): ReactNode {
  return (
    <THead>
      <Th>Client</Th>
      {columns.map(({ key, header }) => (
        <Th key={key} numeric>
          {header}
        </Th>
      ))}
      <Th>Verdict</Th>
    </THead>
  );
}

function Cells({ row, columns }: ColumnsProps & { row: ReconciliationRow }): ReactNode {
  return (
    <>
      <Td>
        <Link
          className={css['client'] ?? ''}
          href={`/clients/${row.clientUid}`}
          title={`${row.clientLabel} ${row.clientUid}`.trim()}
        >
          <Named>{row.clientLabel || row.clientUid}</Named>
        </Link>
      </Td>
      <FigureCells sums={row} columns={columns} />
      <Td>
        <RowVerdict row={row} />
      </Td>
    </>
  );
}

type FigureCellsProps = ColumnsProps & { sums: Parameters<FigureColumn['satsOf']>[0] };

function FigureCells({ sums, columns }: FigureCellsProps): ReactNode {
  return columns.map(({ key, satsOf, isDifference = false, isQuiet = false }) => {
    const sats = satsOf(sums);
    return (
      <Td key={key} numeric muted={isQuiet}>
        {sats === null ? (
          <NotKnown />
        ) : isDifference ? (
          <Difference sats={sats} />
        ) : (
          <Btc sats={sats} unit={false} />
        )}
      </Td>
    );
  });
}

function RowVerdict({ row }: { row: ReconciliationRow }): ReactNode {
  const failure = useFailure(row.clientUid);
  const { word, tone } = rowVerdicts[row.verdict];
  if (failure !== null && row.verdict !== 'not_known') {
    return (
      <span title={failure}>
        <Badge tone="danger">Not read</Badge>
      </span>
    );
  }
  return (
    <span title={row.verdict === 'differs' ? whatDiffers(row) : (failure ?? undefined)}>
      <Badge tone={tone}>{word}</Badge>
    </span>
  );
}

function Foot({ total, columns }: ColumnsProps & { total: Total }): ReactNode {
  return (
    <tfoot className={css['foot']}>
      <tr>
        <Td>Total</Td>
        <FigureCells sums={total} columns={columns} />
        <Td />
      </tr>
    </tfoot>
  );
}

/** Not known is a dash, never a 0. */
function NotKnown(): ReactNode {
  return (
    <span className={css['quiet']} title="Not all of it is known">
      —
    </span>
  );
}

function Difference({ sats }: { sats: number }): ReactNode {
  return (
    <span className={sats === 0 ? css['quiet'] : css['differs']}>
      <Btc sats={sats} unit={false} signed />
    </span>
  );
}

export function ReconciliationSkeleton(): ReactNode {
  return (
    <Card title="Reconciliation" padded={false}>
      <Table label="Reconciliation by client, amounts in BTC">
        <Head columns={[]} />
        <tbody>
          <SkeletonRows rows={8} columns={2} />
        </tbody>
      </Table>
    </Card>
  );
}
