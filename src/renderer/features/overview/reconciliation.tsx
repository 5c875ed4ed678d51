import { useMemo, useState, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import type { Overview, ReconciliationRow } from '#shared/domain/overview.ts';
import { Btc } from '../../components/amounts.tsx';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { Segmented } from '../../components/segmented.tsx';
import { SkeletonRows } from '../../components/states.tsx';
import { Table, Td, Th, THead, Tr } from '../../components/table.tsx';
import { formatCount } from '../../lib/format.ts';
import css from './reconciliation.module.css';
import { arrangeRows, rowVerdicts, type RowFilter } from './verdict.ts';

/** Rows drawn at first: a table of thousands would delay the answer at the top. */
const STEP = 50;
const COLUMNS = 9;

type Total = Overview['total'];

export function Reconciliation({
  rows,
  total,
}: {
  rows: readonly ReconciliationRow[];
  total: Total;
}): ReactNode {
  const [filter, setFilter] = useState<RowFilter>('all');
  const [shown, setShown] = useState(STEP);
  const [, navigate] = useLocation();
  const arranged = useMemo(() => arrangeRows(rows, filter), [rows, filter]);
  const hidden = arranged.length - shown;
  return (
    <Card
      title="Reconciliation"
      padded={false}
      actions={<Filter total={total} value={filter} onChange={setFilter} />}
    >
      <div className={css['table']}>
        <Table label="Reconciliation by client, amounts in BTC">
          <Head />
          <tbody>
            {arranged.slice(0, shown).map((row) => (
              <Tr key={row.clientUid} onOpen={() => navigate(`/clients/${row.clientUid}`)}>
                <Cells row={row} />
              </Tr>
            ))}
            {arranged.length === 0 && (
              <tr>
                <Td muted colSpan={COLUMNS}>
                  No client is in this state.
                </Td>
              </tr>
            )}
          </tbody>
          {filter === 'all' && <Foot total={total} />}
        </Table>
      </div>
      <p className={css['note']}>
        Opening + deposits + buys − withdrawals = computed, in BTC. Openings are 0: Bitpro reports
        no balance from before the first transaction.
      </p>
      {hidden > 0 && (
        <div className={css['more']}>
          <Button variant="ghost" onClick={() => setShown(shown + STEP)}>
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
  value: RowFilter;
  onChange: (value: RowFilter) => void;
}): ReactNode {
  return (
    <Segmented
      label="Show"
      hideLabel
      items={[
        { value: 'all', label: `All ${formatCount(total.clients)}` },
        { value: 'differs', label: `Differs ${formatCount(total.differs)}` },
        { value: 'checking', label: `Checking ${formatCount(total.checking)}` },
      ]}
      value={value}
      onChange={onChange}
    />
  );
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
  const { word, tone } = rowVerdicts[row.verdict];
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
        <Figure sats={-row.withdrawalSats} />
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
        <Badge tone={tone}>{word}</Badge>
      </Td>
    </>
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
          <Figure sats={-total.withdrawalSats} />
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
function Figure({ sats }: { sats: number | null }): ReactNode {
  if (sats === null) return <span className={css['quiet']}>—</span>;
  // A withdrawal total of 0 negates to −0.
  return <Btc sats={sats === 0 ? 0 : sats} unit={false} />;
}

function Difference({ sats }: { sats: number | null }): ReactNode {
  return (
    <span className={sats ? css['differs'] : css['quiet']}>
      {sats === null ? '—' : <Btc sats={sats} unit={false} signed />}
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
