import { useProfile } from './profile.tsx';

/**
 * A store for each profile, made at first use: what was typed or filtered under one profile waits there and
 * is never seen under another.
 */
export function perProfile<Store>(create: () => Store): () => Store {
  const stores = new Map<string, Store>();
  return function useProfileStore(): Store {
    const { id } = useProfile();
    const store = stores.get(id) ?? create();
    stores.set(id, store);
    return store;
  };
}
