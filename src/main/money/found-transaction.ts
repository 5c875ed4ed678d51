import type { Weighing } from '#shared/domain/intent.ts';
import { isNotExecuted } from '#shared/domain/transaction.ts';
import { AppError } from '#shared/errors.ts';
import { formatBtc } from '#shared/money.ts';
import type { RemoteTransaction } from '../bitpro/wire.ts';
import type { JournaledIntent } from '../storage/records/intents-repo.ts';
import { findBaseline } from '../storage/records/settling-repo.ts';
import type { MoneyContext } from './context.ts';
import { isDatedRight, newnessOf, rangeThatFits, termsOf } from './matching.ts';
import { invalid, isSettledByOther } from './settle.ts';

/**
 * The transaction that a person says a request became, read from Bitpro.
 * @throws AppError `invalid_input` (field `found`) where it cannot be, however it looks; or what reading failed with
 */
export async function findTransaction(
  context: MoneyContext,
  intent: JournaledIntent,
  tid: string,
): Promise<RemoteTransaction> {
  if (tid.trim() === '' || intent.clientUid === null) {
    throw invalid('found', 'Choose the transaction that this request became.');
  }
  const row = await readTransaction(context, intent.clientUid, tid);
  const what = `Transaction ${row.tid}`;
  if (row.tid !== tid && row.tid !== tid.trim())
    throw invalid('found', `Bitpro answered with another transaction, ${row.tid}.`);
  if (row.type !== intent.kind && row.type !== 'unknown') {
    throw invalid('found', `${what} is of another kind than this request.`);
  }
  const baseline = findBaseline(context.records, intent.id);
  if (baseline && newnessOf(baseline, row, true) === 'old') {
    throw invalid('found', `${what} was in the history before this request was sent.`);
  }
  if (isSettledByOther(context, intent, row.tid)) {
    throw invalid('found', `${what} came of another request.`);
  }
  if (row.amountSats === 0 && !isNotExecuted(row)) {
    throw invalid('found', `${what} is over 0 BTC, so it is nothing that went.`);
  }
  return row;
}

/** By the id as it is listed, which may have spaces at its ends; if there is none, without those that were pasted with it. */
async function readTransaction(
  { client }: MoneyContext,
  clientUid: string,
  tid: string,
): Promise<RemoteTransaction> {
  try {
    return await client.transaction(clientUid, tid);
  } catch (error) {
    const isUnknown =
      error instanceof AppError && (error.code === 'not_found' || error.code === 'bad_response');
    if (!isUnknown || tid === tid.trim()) throw error;
    return client.transaction(clientUid, tid.trim());
  }
}

/** What was asked for beside what the transaction is. */
export function compareWith(
  context: MoneyContext,
  intent: JournaledIntent,
  row: RemoteTransaction,
): Pick<Weighing, 'comparison' | 'notes'> & { isExecuted: boolean } {
  const terms = termsOf(intent);
  const { minSats, maxSats } = rangeThatFits(terms);
  const baseline = findBaseline(context.records, intent.id);
  const about = terms.toleranceSats === 0 ? '' : 'about ';
  const iso = (ms: number): string => new Date(ms).toISOString();
  const line = (term: string, asked: string, found: string, differs: boolean) => ({
    term,
    asked,
    found,
    differs,
  });
  const comparison = [
    line(
      'Kind',
      intent.kind,
      row.type === 'unknown' ? 'not known' : row.type,
      row.type !== intent.kind,
    ),
    line(
      'Amount',
      `${about}${formatBtc(terms.amountSats)} BTC`,
      `${formatBtc(row.amountSats)} BTC`,
      row.amountSats < minSats || row.amountSats > maxSats,
    ),
    ...(terms.address === null
      ? []
      : [line('Address', terms.address, row.address ?? 'not told', row.address !== terms.address)]),
    ...(intent.namedTid === null
      ? []
      : [line('Named by Bitpro', intent.namedTid, row.tid, row.tid !== intent.namedTid)]),
    ...(baseline === null
      ? []
      : [line('Date', iso(baseline.atMs), iso(row.createdAtMs), !isDatedRight(row, baseline))]),
  ];
  const isExecuted = !isNotExecuted(row);
  const differing = comparison
    .filter(({ differs }) => differs)
    .map(({ term, asked, found }) => `${term}: ${found} instead of ${asked}.`);
  const notes = [
    ...(differing.length === 0
      ? []
      : [`Transaction ${row.tid} is not what was asked for.`, ...differing]),
    ...(isExecuted ? [] : [`Bitpro calls it “${row.state ?? ''}”: it was not carried out.`]),
  ];
  return { comparison, notes, isExecuted };
}
