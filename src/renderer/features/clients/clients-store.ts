import { createStore } from 'zustand';
import type { ClientsQuery } from '#shared/domain/client.ts';
import { perProfile } from '../../lib/per-profile.ts';

export type ArchiveFilter = 'active' | 'archived';

/** Columns by which the list is sorted. */
export const CLIENT_SORTS = ['label', 'balance', 'unconfirmed', 'read'] as const;

type ClientsState = {
  text: string;
  archive: ArchiveFilter;
  /** The marked row: its place, and who stands there as far as that was read. */
  selected: { index: number; uid: string | null };
  sort: ClientsQuery['sort'];
  set: (patch: Partial<Pick<ClientsState, 'text' | 'archive' | 'selected'>>) => void;
  /** Sorts by a column, names from A, amounts from the largest; a second time the other way round. */
  setSort: (by: ClientsQuery['sort']['by']) => void;
};

/** What the list was narrowed to, so that coming back from a client finds it as it was. */
export const useClientsStore = perProfile(() =>
  createStore<ClientsState>((set) => ({
    text: '',
    archive: 'active',
    selected: { index: -1, uid: null },
    sort: { by: 'label', descending: false },
    set: (patch) => set(patch),
    setSort: (by) =>
      set(({ sort }) => ({
        sort: { by, descending: sort.by === by ? !sort.descending : by !== 'label' },
      })),
  })),
);
