import type { ClientView } from '#shared/domain/client.ts';
import type { ErrorDto } from '#shared/errors.ts';
import { useRequest } from './resource.ts';

type ClientReading =
  | { status: 'loading' }
  | { status: 'ready'; client: ClientView }
  | { status: 'error'; error: ErrorDto; retry: (() => void) | undefined };

/** One client of the open profile, kept current. */
export function useClient(uid: string): ClientReading {
  const client = useRequest('clients.get', { uid }, ['clients.changed', 'transactions.changed']);
  if (client.status === 'loading') return { status: 'loading' };
  if (client.status === 'ready' && client.error?.code !== 'not_found') {
    return { status: 'ready', client: client.value };
  }
  const { error } = client;
  if (error !== null && !isUnlisted(error)) return { status: 'error', error, retry: client.reload };
  const message = `No client “${uid}” is listed in this profile. If it is yours, add it by its uid.`;
  const unlisted: ErrorDto = { code: 'not_found', message, retryable: false };
  return { status: 'error', error: unlisted, retry: undefined };
}

/** Not in the list, or no uid at all. */
function isUnlisted({ code }: ErrorDto): boolean {
  return code === 'not_found' || code === 'invalid_input';
}

/** What a client is called on screen. */
export function clientName({ label, uid }: Pick<ClientView, 'label' | 'uid'>): string {
  return label === '' ? uid : label;
}

/** From a screen of one client: to it, or to all where it is none. */
export function wayBack(reading: ClientReading, uid: string): { href: string; label: string } {
  if (reading.status === 'error' && reading.error.code === 'not_found') {
    return { href: '/clients', label: 'Clients' };
  }
  return {
    href: `/clients/${uid}`,
    label: reading.status === 'ready' ? clientName(reading.client) : uid,
  };
}
