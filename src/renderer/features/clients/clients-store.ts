import { holds, readSearchText } from '#shared/search-text.ts';
import { createStore } from 'zustand';
import type { ClientView } from '#shared/domain/client.ts';
import { perProfile } from '../../lib/per-profile.ts';

export type ArchiveFilter = 'active' | 'archived';

/** Columns by which the list is sorted. */
export const CLIENT_SORTS = ['label', 'balance', 'unconfirmed', 'read'] as const;
export type ClientSort = { by: (typeof CLIENT_SORTS)[number]; descending: boolean };

type ClientsState = {
  text: string;
  archive: ArchiveFilter;
  selectedUid: string | null;
  sort: ClientSort;
  set: (patch: Partial<Pick<ClientsState, 'text' | 'archive' | 'selectedUid'>>) => void;
  /** Sorts by a column, names from A, amounts from the largest; a second time the other way round. */
  setSort: (by: ClientSort['by']) => void;
};

/** What the list was narrowed to, so that coming back from a client finds it as it was. */
export const useClientsStore = perProfile(() =>
  createStore<ClientsState>((set) => ({
    text: '',
    archive: 'active',
    selectedUid: null,
    sort: { by: 'label', descending: false },
    set: (patch) => set(patch),
    setSort: (by) =>
      set(({ sort }) => ({
        sort: { by, descending: sort.by === by ? !sort.descending : by !== 'label' },
      })),
  })),
);

/** Clients whose label, uid or deposit address holds every word of `text`, in any case. */
export function findClients(
  clients: readonly ClientView[],
  text: string,
  archive: ArchiveFilter,
): ClientView[] {
  const words = text.split(/\s+/).filter(Boolean).map(readSearchText);
  return clients.filter((client) => {
    if (client.archived !== (archive === 'archived')) return false;
    const found = `${client.label}\n${client.uid}\n${client.depositAddress ?? ''}`;
    return words.every((word) => holds(found, word));
  });
}

const names = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** What was never read counts as the least; equal ones stand by name, those without a label last. */
export function sortClients(
  clients: readonly ClientView[],
  { by, descending }: ClientSort,
): ClientView[] {
  const byName = (a: ClientView, b: ClientView): number =>
    Number(a.label === '') - Number(b.label === '') ||
    names.compare(a.label, b.label) ||
    names.compare(a.uid, b.uid);
  const turned = descending ? -1 : 1;
  if (by === 'label') return clients.toSorted((a, b) => turned * byName(a, b));
  return clients.toSorted((a, b) => turned * (amountOf(a, by) - amountOf(b, by)) || byName(a, b));
}

function amountOf({ balance }: ClientView, by: 'balance' | 'unconfirmed' | 'read'): number {
  if (balance === null) return -1;
  const { balanceSats, unconfirmedSats, asOfMs } = balance;
  return { balance: balanceSats, unconfirmed: unconfirmedSats, read: asOfMs }[by];
}
