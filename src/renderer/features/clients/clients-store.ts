import { createStore } from 'zustand';
import type { ClientView } from '#shared/domain/client.ts';
import { perProfile } from '../../lib/per-profile.ts';

export type ArchiveFilter = 'active' | 'archived';

type ClientsState = {
  text: string;
  archive: ArchiveFilter;
  selectedUid: string | null;
  set: (patch: Partial<Pick<ClientsState, 'text' | 'archive' | 'selectedUid'>>) => void;
};

/** What the list was narrowed to, so that coming back from a client finds it as it was. */
export const useClientsStore = perProfile(() =>
  createStore<ClientsState>((set) => ({
    text: '',
    archive: 'active',
    selectedUid: null,
    set: (patch) => set(patch),
  })),
);

/** Clients whose label, uid or deposit address holds every word of `text`, in any case. */
export function findClients(
  clients: readonly ClientView[],
  text: string,
  archive: ArchiveFilter,
): ClientView[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return clients.filter((client) => {
    if (client.archived !== (archive === 'archived')) return false;
    const found = `${client.label}\n${client.uid}\n${client.depositAddress ?? ''}`.toLowerCase();
    return words.every((word) => found.includes(word));
  });
}
