import type { TransactionRow } from '#shared/domain/transaction.ts';
import { AppError } from '#shared/errors.ts';
import { appendAudit } from '../audit/chain.ts';
import { reindexAnnotation } from '../storage/cache/annotation-index.ts';
import { getTransaction } from '../storage/cache/history-repo.ts';
import type { CacheDb, RecordsDb } from '../storage/open.ts';
import { annotate } from '../storage/records/annotations-repo.ts';

/** @throws AppError not_found */
export function readTransaction(cache: CacheDb, clientUid: string, tid: string): TransactionRow {
  const row = getTransaction(cache, clientUid, tid);
  if (row) return row;
  throw new AppError('not_found', `Transaction ${tid} is not in the history kept here.`);
}

/** Replaces note and tags of a transaction, with an audit entry, and gives the row as it is then. */
export function annotateTransaction(
  { records, cache }: { records: RecordsDb; cache: CacheDb },
  input: { clientUid: string; tid: string; note: string; tags: readonly string[] },
  by: { atMs: number; actor: string },
): TransactionRow {
  const { clientUid, tid, note } = input;
  const tags = [...new Set(input.tags.map((tag) => tag.trim()).filter((tag) => tag !== ''))];
  readTransaction(cache, clientUid, tid);
  const replace = records.transaction(() => {
    annotate(records, { clientUid, tid, note: note.trim(), tags, updatedAtMs: by.atMs });
    const detail = { clientUid, note: note.trim(), tags: tags.join(', ') };
    appendAudit(records, { ...by, action: 'transaction.annotated', subject: tid, detail });
  });
  replace.immediate();
  reindexAnnotation(cache, clientUid, tid);
  return readTransaction(cache, clientUid, tid);
}
