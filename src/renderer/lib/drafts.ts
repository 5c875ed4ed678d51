import { useEffect, useState } from 'react';
import { createStore, useStore, type StoreApi } from 'zustand';
import type { Intent } from '#shared/domain/intent.ts';
import { call } from './ipc.ts';
import { perProfile } from './per-profile.ts';

/** What was typed for one client and not carried out yet, with the intent that was last made of it. */
export type Draft<Fields> = {
  fields: Fields;
  intentId: string | null;
  /** Set when that intent was refused: it is shown beside the fields. */
  refused: Intent | null;
};

type DraftsState<Fields> = {
  drafts: Record<string, Draft<Fields>>;
  put: (clientUid: string, draft: Draft<Fields>) => void;
  drop: (clientUid: string) => void;
};

export type DraftStore<Fields> = StoreApi<DraftsState<Fields>>;

export function createDraftStore<Fields>(): DraftStore<Fields> {
  return createStore<DraftsState<Fields>>((set) => ({
    drafts: {},
    put: (clientUid, draft) => set(({ drafts }) => ({ drafts: { ...drafts, [clientUid]: draft } })),
    drop: (clientUid) =>
      set(({ drafts }) => {
        const { [clientUid]: _dropped, ...others } = drafts;
        return { drafts: others };
      }),
  }));
}

/**
 * Looks at what became of the intent a draft led to. A draft lives on when nothing was carried out; once a
 * request may have gone it must not lie ready to be sent again.
 */
export async function settleDraft<Fields>(
  store: DraftStore<Fields>,
  clientUid: string,
): Promise<void> {
  const intentId = store.getState().drafts[clientUid]?.intentId ?? null;
  if (intentId === null) return;
  const result = await call('intents.get', { id: intentId });
  const now = store.getState().drafts[clientUid];
  // Not readable, or typed on since with another intent: leave what is there.
  if (!result.ok || now?.intentId !== intentId) return;
  switch (result.value.state) {
    case 'confirmed':
    case 'sent':
    case 'unknown':
    case 'needs_human':
      return store.getState().drop(clientUid);
    case 'rejected':
      return store.getState().put(clientUid, { ...now, intentId: null, refused: result.value });
    case 'journaled':
    case 'cleared':
    case 'discarded':
      return undefined;
  }
}

/**
 * A hook giving the draft of one client, kept over navigation and apart for each profile. It is `ready` once it is
 * known what became of the intent it led to: what was carried out must not stand there to be reviewed again.
 */
export function createUseDraft<Fields>(empty: Fields) {
  const useDraftStore = perProfile(() => createDraftStore<Fields>());
  return function useDraft(clientUid: string) {
    const store = useDraftStore();
    const draft = useStore(store, (state) => state.drafts[clientUid]);
    const [ready, setReady] = useState((draft?.intentId ?? null) === null);
    useEffect(() => {
      void settleDraft(store, clientUid).then(() => setReady(true));
    }, [store, clientUid]);
    const current = draft ?? { fields: empty, intentId: null, refused: null };
    return {
      ...current,
      ready,
      /** What stands there now, for an answer that comes after more was typed. */
      readFields: (): Fields => store.getState().drafts[clientUid]?.fields ?? empty,
      /** Typing anew ends what was said about the last attempt. */
      setFields: (patch: Partial<Fields>): void => {
        const before = store.getState().drafts[clientUid]?.fields ?? empty;
        const fields = { ...before, ...patch };
        store.getState().put(clientUid, { fields, intentId: null, refused: null });
      },
      setIntent: (intentId: string): void => {
        const fields = store.getState().drafts[clientUid]?.fields ?? empty;
        store.getState().put(clientUid, { fields, intentId, refused: null });
      },
    };
  };
}
