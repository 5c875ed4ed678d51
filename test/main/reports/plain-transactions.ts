import { transactionColumns } from '../../../src/main/reports/transactions-report.ts';

/** A row as it was put in, with all that the report has to find out about it. */
export type PlainRow = {
  clientUid: string;
  clientLabel: string;
  tid: string;
  type: 'deposit' | 'buy' | 'withdrawal' | 'unknown';
  amountSats: number;
  createdAtMs: number;
  state: string | null;
  confirmations: number | null;
  txId: string | null;
  address: string | null;
  note: string;
  tags: readonly string[];
  /** Of a buy made here. */
  own: { id: string; usdCents: number; actor: string } | null;
};

const signs = { deposit: 1n, buy: 1n, withdrawal: -1n, unknown: 0n } as const;

/**
 * The transactions report of whole histories in UTC, as slow and plain as its description: one object a row, one
 * pass for each question, BigInt throughout. The real one is held against it byte by byte.
 */
export function plainTransactions(
  rows: readonly PlainRow[],
  rates: readonly { observedAtMs: number; priceCents: number }[],
  fetchedAtMs: number,
): string {
  const sorted = rows.toSorted(
    (a, b) =>
      a.createdAtMs - b.createdAtMs || compare(a.tid, b.tid) || compare(a.clientUid, b.clientUid),
  );
  const lines = sorted.map((row, index) => {
    const history = sorted
      .slice(0, index + 1)
      .filter(({ clientUid }) => clientUid === row.clientUid);
    const observed = rates.findLast(({ observedAtMs }) => observedAtMs <= row.createdAtMs);
    const cells = { ...cellsOf(row, history, fetchedAtMs), ...valueOf(row, observed) };
    return transactionColumns.map((column) => cells[column] ?? '').join(',');
  });
  return [transactionColumns.join(','), ...lines, ''].join('\r\n');
}

function cellsOf(
  row: PlainRow,
  history: readonly PlainRow[],
  fetchedAtMs: number,
): Record<string, string> {
  const { amountSats, type, createdAtMs } = row;
  const sats = signs[type] * BigInt(amountSats);
  return {
    schema: 'transactions/1',
    environment: 'practice',
    profile: 'Practice',
    client_uid: row.clientUid,
    client_label: quoted(row.clientLabel),
    tid: quoted(row.tid),
    type,
    direction: { deposit: 'in', buy: 'in', withdrawal: 'out', unknown: '' }[type],
    state: quoted(row.state ?? ''),
    created_at_utc: new Date(createdAtMs).toISOString(),
    created_at_local: new Date(createdAtMs).toISOString().replace('Z', '+00:00'),
    time_zone: 'UTC',
    amount_btc: type === 'unknown' ? '' : decimal(sats, 8),
    amount_sats: type === 'unknown' ? '' : String(sats),
    running_balance_sats: balanceAfter(history),
    address: quoted(row.address ?? ''),
    tx_id: quoted(row.txId ?? ''),
    confirmations: String(row.confirmations ?? ''),
    note: quoted(row.note),
    tags: quoted(row.tags.toSorted(compare).join('; ')),
    intent_id: row.own?.id ?? '',
    requested_by: row.own?.actor ?? '',
    fetched_at_utc: new Date(fetchedAtMs).toISOString(),
  };
}

function balanceAfter(history: readonly PlainRow[]): string {
  if (history.some(({ type }) => type === 'unknown')) return '';
  const counted = history.filter((row) => row.type !== 'deposit' || (row.confirmations ?? 0) >= 6);
  return String(counted.reduce((sum, row) => sum + signs[row.type] * BigInt(row.amountSats), 0n));
}

function valueOf(
  { type, amountSats, createdAtMs, own }: PlainRow,
  observed: { observedAtMs: number; priceCents: number } | undefined,
): Record<string, string> {
  if (!own && !observed) return { rate_basis: 'none' };
  const sats = BigInt(amountSats);
  const price = own
    ? roundedHalfUp(BigInt(own.usdCents) * 100_000_000n, sats)
    : BigInt(observed?.priceCents ?? 0);
  const cents = own ? BigInt(own.usdCents) : roundedHalfUp(sats * price, 100_000_000n);
  return {
    fiat_currency: type === 'unknown' ? '' : 'USD',
    fiat_amount: type === 'unknown' ? '' : decimal(signs[type] * cents, 2),
    rate: decimal(price, 2),
    rate_basis: own ? 'trade' : 'snapshot',
    rate_observed_utc: new Date(own ? createdAtMs : (observed?.observedAtMs ?? 0)).toISOString(),
  };
}

function roundedHalfUp(numerator: bigint, denominator: bigint): bigint {
  return (2n * numerator + denominator) / (2n * denominator);
}

function decimal(units: bigint, places: number): string {
  const digits = String(units < 0n ? -units : units).padStart(places + 1, '0');
  return `${units < 0n ? '-' : ''}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

/** As docs/reports.md has it: guarded at its start and behind each separator, quoted with any of them. */
function quoted(text: string): string {
  const parts = text.split(/([,;\t|\r\n])/);
  const guarded = parts
    .map((part, at) => (at % 2 === 0 && /^[ "]*[=+\-@\0＝＋－＠]/.test(part) ? `'${part}` : part))
    .join('')
    .replace(/^(?=[\t\r])/, "'")
    .replaceAll('\0', '\uFFFD');
  return /[",;\t|\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
