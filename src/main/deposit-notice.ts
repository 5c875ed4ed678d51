import type { Notice } from '#shared/domain/app.ts';
import { formatBtc } from '#shared/money.ts';
import type { RecordsDb } from './storage/open.ts';
import { getRegisteredClient } from './storage/records/clients-repo.ts';
import type { DepositEvent } from './sync/deposit-events.ts';

/** More than this at once are told as a count: nobody reads ten notices. */
const MOST_NOTICES = 3;

/** One notice a deposit that arrived or was confirmed. */
export function describeDeposits(records: RecordsDb, events: readonly DepositEvent[]): Notice[] {
  if (events.length > MOST_NOTICES) {
    const text = `${events.length} deposits arrived or were confirmed. The history lists them.`;
    return [{ tone: 'info', title: 'Deposits', text }];
  }
  return events.map(({ clientUid, kind, amountSats }) => {
    const client = getRegisteredClient(records, clientUid)?.label || clientUid;
    const text = `${formatBtc(amountSats)} BTC for ${client}.`;
    return kind === 'new'
      ? { tone: 'info', title: 'Deposit on its way', text }
      : { tone: 'success', title: 'Deposit confirmed', text };
  });
}
