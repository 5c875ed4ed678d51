import type { ReactNode } from 'react';
import type { AddressCheck } from '#shared/domain/client.ts';
import { Named } from '../../components/named.tsx';
import { clientName } from '../../lib/client.ts';

type AddressHintProps = { checked: AddressCheck | null; clientUid: string };

/** What there is to know of the address before the review: how it was read, and whose it is. */
export function AddressHint({ checked, clientUid }: AddressHintProps): ReactNode {
  if (checked === null) return 'Paste an address or a bitcoin: link.';
  const { note: howRead, ownClients } = checked;
  if (howRead === null && ownClients.length === 0) return 'A valid address of this network.';
  return (
    <>
      {howRead}
      {ownClients.map((owner) => (
        <strong key={owner.uid}>
          {' '}
          This is the deposit address of{' '}
          {owner.uid === clientUid ? 'this client' : <Named>{clientName(owner)}</Named>}: the money
          would come back to Bitpro.
        </strong>
      ))}
    </>
  );
}
