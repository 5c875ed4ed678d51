import type { KnownHistory } from '../../src/main/money/known-history.ts';
import { satsOf } from '../../src/main/money/known-history.ts';
import type { RemoteTransaction } from '../../src/main/bitpro/wire.ts';
import { transactionSchema } from '../../src/main/bitpro/wire.ts';
import { present, type Service } from './service.ts';

/**
 * What the app's cache holds, in place of a cache: the ledger as it was when the process started, and what it read
 * since. What others do moves no balance of the modelled service, so the ledger itself stands for the balance.
 */
export function modelledHistory(service: Service): {
  known: KnownHistory;
  note: (clientUid: string, rows: readonly RemoteTransaction[]) => void;
} {
  const kept = new Map<string, Map<string, RemoteTransaction>>();
  const rowsOf = (clientUid: string): RemoteTransaction[] => [
    ...(kept.get(clientUid)?.values() ?? []),
  ];
  const ledgerOf = (clientUid: string): RemoteTransaction[] => {
    const entries = service.ledger.filter(
      (entry) => entry.clientUid === clientUid && entry.kind !== 'create_client',
    );
    return entries.map((entry) => transactionSchema.parse(present(entry)));
  };
  const note = (clientUid: string, rows: readonly RemoteTransaction[]): void => {
    const known = kept.get(clientUid) ?? new Map<string, RemoteTransaction>();
    kept.set(clientUid, known);
    for (const row of rows) known.set(row.tid, row);
  };
  for (const uid of service.accounts.keys()) note(uid, ledgerOf(uid));
  const sum = (rows: readonly RemoteTransaction[]): number =>
    rows.reduce((sats, row) => sats + satsOf(row), 0);
  return {
    note,
    known: {
      rowsSince: (clientUid, sinceMs) =>
        rowsOf(clientUid).filter(({ createdAtMs }) => createdAtMs >= (sinceMs ?? -Infinity)),
      rowsThatFit: (clientUid, terms) =>
        rowsOf(clientUid).filter(
          (row) =>
            row.type === terms.type &&
            Math.abs(row.amountSats - terms.amountSats) <= terms.toleranceSats,
        ),
      has: (clientUid, tid) => kept.get(clientUid)?.has(tid) === true,
      removed: () => new Set(),
      isWhole: (clientUid) => kept.has(clientUid),
      difference(clientUid, _balanceSats, rows) {
        const union = new Map([...rowsOf(clientUid), ...rows].map((row) => [row.tid, row]));
        return sum(ledgerOf(clientUid)) - sum([...union.values()]);
      },
    },
  };
}
