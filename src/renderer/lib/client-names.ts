import { useMemo } from 'react';
import type { ClientName } from '#shared/domain/client.ts';
import { useRequest } from './resource.ts';

const none: readonly ClientName[] = [];

/** What the clients of the open profile are called; nobody until they were read. */
export function useClientNames(): readonly ClientName[] {
  const names = useRequest('clients.names', {}, ['registry.changed']).value;
  // Of the contract: JSON of ClientName[].
  return useMemo(() => (names === null ? none : (JSON.parse(names) as ClientName[])), [names]);
}
