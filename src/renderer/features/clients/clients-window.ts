import { useMemo, useState } from 'react';
import type { ClientsPage, ClientsQuery, ClientView } from '#shared/domain/client.ts';
import type { RowRange } from '../../components/data-grid-window.ts';
import { useLast } from '../../lib/last.ts';
import { useRequest, type ResourceState } from '../../lib/resource.ts';

/** Rows are asked for in steps of so many, with a step on either side of those in sight. */
const STEP = 50;

type Question = Pick<ClientsQuery, 'text' | 'archived' | 'sort'>;

export type ClientsWindow = {
  /** Null before the first answer. */
  page: ClientsPage | null;
  rowAt: (index: number) => ClientView | undefined;
  /** Where the row is that was chosen; -1 when nobody is or it is not among those found. */
  selectedIndex: number;
  /** The rows answer a former question. */
  isOutdated: boolean;
  inSight: readonly string[];
  onSight: (rows: RowRange) => void;
  error: ResourceState<ClientsPage>['error'];
  reload: () => void;
};

/** The rows of the list that are in sight, kept current; the former stay until others are read. */
export function useClientsWindow(
  question: Question,
  selected: { index: number; uid: string | null },
): ClientsWindow {
  const [sight, setSight] = useState<RowRange>({ first: 0, last: -1 });
  const from = Math.max(0, (Math.floor(sight.first / STEP) - 1) * STEP);
  const { text, archived, sort } = question;
  const { by, descending } = sort;
  const rows = useMemo(
    () => ({ text, archived, sort: { by, descending }, from, limit: 3 * STEP }),
    [text, archived, by, descending, from],
  );
  // Who was chosen when these rows were asked for: a choice among them is found in them.
  const [sought, setSought] = useState({ rows, find: selected.uid });
  if (sought.rows !== rows) setSought({ rows, find: selected.uid });
  const { find } = sought.rows === rows ? sought : { find: selected.uid };
  const answer = useRequest('clients.page', { ...rows, find }, [
    'clients.changed',
    'transactions.changed',
  ]);
  const key = JSON.stringify({ ...rows, from: 0 });
  const ofAnswer = useMemo(
    () => (answer.value === null ? null : { key, page: answer.value }),
    [answer.value, key],
  );
  const answered = useLast(ofAnswer);
  const page = answered?.page ?? null;
  const rowAt = (index: number): ClientView | undefined =>
    page === null ? undefined : page.rows[index - page.from];
  const place = page?.rows.findIndex(({ uid }) => uid === selected.uid) ?? -1;
  return {
    page,
    rowAt,
    selectedIndex: placeOf(),
    isOutdated: answered !== null && answered.key !== key,
    inSight: page === null ? [] : uidsIn(page, sight),
    onSight: setSight,
    error: answer.status === 'error' ? answer.error : null,
    reload: answer.reload,
  };

  function placeOf(): number {
    if (page === null || selected.uid === null) return selected.index;
    if (place >= 0) return page.from + place;
    return find === selected.uid ? page.foundIndex : selected.index;
  }
}

function uidsIn({ rows, from }: ClientsPage, { first, last }: RowRange): string[] {
  return rows.slice(Math.max(0, first - from), Math.max(0, last + 1 - from)).map(({ uid }) => uid);
}
