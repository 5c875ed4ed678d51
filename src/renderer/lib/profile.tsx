import { createContext, use, useEffect, useState, type ReactNode } from 'react';
import type { EventName, Events } from '#shared/ipc/events.ts';
import type { ProfileView } from '#shared/domain/profile.ts';
import type { RateStatus } from '#shared/domain/rate.ts';
import type { ConnectionStatus, SyncProgress } from '#shared/domain/sync.ts';
import { call, listen } from './ipc.ts';
import { createResource, type Resource } from './resource.ts';

/** What main pushes for the open profile: one reading at the start, then every event's payload. */
type LiveStores = {
  connection: Resource<ConnectionStatus>;
  rate: Resource<RateStatus>;
  sync: Resource<SyncProgress>;
};

type Scope = { profile: ProfileView; stores: LiveStores };
const ScopeContext = createContext<Scope | null>(null);

function follow<Name extends EventName>(resource: Resource<Events[Name]>, event: Name): () => void {
  void resource.reload();
  return listen(event, resource.put);
}

function createStores(): LiveStores {
  return {
    connection: createResource(() => call('connection.status', {})),
    rate: createResource(() => call('rates.status', {})),
    sync: createResource(() => call('sync.status', {})),
  };
}

/**
 * Everything below belongs to one profile. The app gives it the profile's id as key, so that a switch
 * unmounts the tree with all its state and no figure of one profile can be seen in another.
 */
export function ProfileScope({
  profile,
  children,
}: {
  profile: ProfileView;
  children: ReactNode;
}): ReactNode {
  const [stores] = useState(createStores);
  useEffect(() => {
    const stops = [
      follow(stores.connection, 'connection.changed'),
      follow(stores.rate, 'rate.changed'),
      follow(stores.sync, 'sync.progress'),
    ];
    return () => stops.forEach((stop) => stop());
  }, [stores]);
  return <ScopeContext value={{ profile, stores }}>{children}</ScopeContext>;
}

function useScope(): Scope {
  const scope = use(ScopeContext);
  if (!scope) throw new Error('Used outside of a ProfileScope');
  return scope;
}

/** The open profile. */
export function useProfile(): ProfileView {
  return useScope().profile;
}

/** Null until first known. */
export function useConnection(): ConnectionStatus | null {
  return useScope().stores.connection().value;
}

/** Why nothing can be sent while the service does not answer; null while it does. */
export function useOffline(): string | null {
  if (useConnection()?.state !== 'offline') return null;
  return 'Offline: nothing can be sent until Bitpro answers again.';
}

/** Null until first known. */
export function useRateStatus(): RateStatus | null {
  return useScope().stores.rate().value;
}

/** Why the client could not be read when it was last tried; null when it could, or was not tried. */
export function useFailure(uid: string): string | null {
  const failing = useScope().stores.sync((state) => state.value?.failing);
  return failing?.find(({ clientUid }) => clientUid === uid)?.message ?? null;
}

/** Null until first known. */
export function useSyncProgress(): SyncProgress | null {
  return useScope().stores.sync().value;
}
