import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import type {
  Overview,
  OverviewQuery,
  ReconciliationRow,
  RowVerdict,
} from '#shared/domain/overview.ts';
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
import { firstQuery } from './first-query.ts';
import css from './reconciliation.module.css';
import { rowVerdicts } from './verdict.ts';

const STEP = firstQuery.limit;
const COLUMNS = 9;

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
      <div className={css['table']}>
        <Table label="Reconciliation by client, amounts in BTC">
          <Head />
          <tbody>
            {rows.map((row) => (
              <Tr key={row.clientUid} onOpen={() => navigate(`/clients/${row.clientUid}`)}>
                <Cells row={row} />
              </Tr>
            ))}
            {rows.length === 0 && (
              <tr>
                <Td muted colSpan={COLUMNS}>
                  No client is in this state.
                </Td>
              </tr>
            )}
          </tbody>
          {verdict === null && <Foot total={total} />}
        </Table>
      </div>
      <p className={css['note']}>
        Opening + deposits + buys − withdrawals = computed, in BTC. Openings are 0: Bitpro reports
        no balance from before the first transaction.
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
  return { ties_out: total.tiesOut, differs: total.differs, checking: total.checking }[verdict];
}

function Head(): ReactNode {
  return (
    <THead>
      <Th>Client</Th>
      <Th numeric>Opening</Th>
      <Th numeric>Deposits</Th>
      <Th numeric>Buys</Th>
      <Th numeric>Withdrawals</Th>
      <Th numeric>Computed</Th>
      <Th numeric>Reported</Th>
      <Th numeric>Difference</Th>
      <Th>Verdict</Th>
    </THead>
  );
}

function Cells({ row }: { row: ReconciliationRow }): ReactNode {
  return (
    <>
      <Td>
        <Link
          className={css['client'] ?? ''}
          href={`/clients/${row.clientUid}`}
          title={`${row.clientLabel} ${row.clientUid}`.trim()}
        >
          {row.clientLabel || row.clientUid}
        </Link>
      </Td>
      <Td numeric muted>
        <Figure sats={row.openingSats} />
      </Td>
      <Td numeric>
        <Figure sats={row.depositSats} />
      </Td>
      <Td numeric>
        <Figure sats={row.buySats} />
      </Td>
      <Td numeric>
        <Figure sats={row.withdrawalSats} isOut />
      </Td>
      <Td numeric>
        <Figure sats={row.computedSats} />
      </Td>
      <Td numeric>
        <Figure sats={row.reportedSats} />
      </Td>
      <Td numeric>
        <Difference sats={row.differenceSats} />
      </Td>
      <Td>
        <RowVerdict row={row} />
      </Td>
    </>
  );
}

function RowVerdict({ row }: { row: ReconciliationRow }): ReactNode {
  const failure = useFailure(row.clientUid);
  const { word, tone } = rowVerdicts[row.verdict];
  if (failure !== null) {
    return (
      <span title={failure}>
        <Badge tone="danger">Not read</Badge>
      </span>
    );
  }
  return (
    <span title={row.verdict === 'differs' ? whatDiffers(row) : undefined}>
      <Badge tone={tone}>{word}</Badge>
    </span>
  );
}

function Foot({ total }: { total: Total }): ReactNode {
  return (
    <tfoot className={css['foot']}>
      <tr>
        <Td>Total</Td>
        <Td numeric>
          <Figure sats={0} />
        </Td>
        <Td numeric>
          <Figure sats={total.depositSats} />
        </Td>
        <Td numeric>
          <Figure sats={total.buySats} />
        </Td>
        <Td numeric>
          <Figure sats={total.withdrawalSats} isOut />
        </Td>
        <Td numeric>
          <Figure sats={total.computedSats} />
        </Td>
        <Td numeric>
          <Figure sats={total.reportedSats} />
        </Td>
        <Td numeric>
          <Difference sats={total.differenceSats} />
        </Td>
        <Td />
      </tr>
    </tfoot>
  );
}

/** Not known is a dash, never a 0. */
function Figure({ sats, isOut = false }: { sats: number | null; isOut?: boolean }): ReactNode {
  if (sats === null) return <NotKnown />;
  // A withdrawal total of 0 would negate to −0.
  return <Btc sats={isOut && sats !== 0 ? -sats : sats} unit={false} />;
}

function NotKnown(): ReactNode {
  return (
    <span className={css['quiet']} title="Not all read yet">
      —
    </span>
  );
}

function Difference({ sats }: { sats: number | null }): ReactNode {
  if (sats === null) return <NotKnown />;
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
        <Head />
        <tbody>
          <SkeletonRows rows={8} columns={COLUMNS} />
        </tbody>
      </Table>
    </Card>
  );
}
