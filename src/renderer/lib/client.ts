import type { ClientView } from '#shared/domain/client.ts';
import type { ErrorDto } from '#shared/errors.ts';
import { useRequest } from './resource.ts';

type ClientReading =
  | { status: 'loading' }
  | { status: 'ready'; client: ClientView }
  | { status: 'error'; error: ErrorDto; retry: (() => void) | undefined };

/** One client of the open profile, kept current. */
export function useClient(uid: string): ClientReading {
  const clients = useRequest('clients.list', {}, ['clients.changed', 'transactions.changed']);
  if (clients.status === 'loading') return { status: 'loading' };
  if (clients.status === 'error') {
    return { status: 'error', error: clients.error, retry: clients.reload };
  }
  const client = clients.value.find((each) => each.uid === uid);
  if (client) return { status: 'ready', client };
  const message = `No client “${uid}” is listed in this profile. Add it by its uid.`;
  const error: ErrorDto = { code: 'not_found', message, retryable: false };
  return { status: 'error', error, retry: undefined };
}

/** What a client is called on screen. */
export function clientName({ label, uid }: Pick<ClientView, 'label' | 'uid'>): string {
  return label === '' ? uid : label;
}
