import type { ReactNode } from 'react';
import { clientName } from '../lib/client.ts';
import { useRequest } from '../lib/resource.ts';
import { Named } from './named.tsx';

/** By its label, or by its uid while it has none or could not be read. */
export function ClientName({ uid }: { uid: string }): ReactNode {
  const client = useRequest('clients.get', { uid }, ['clients.changed']).value;
  return <Named>{client === null ? uid : clientName(client)}</Named>;
}
