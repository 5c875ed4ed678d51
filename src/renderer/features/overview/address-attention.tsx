import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { ClientAttention } from '#shared/domain/client.ts';
import { Named } from '../../components/named.tsx';
import { Badge } from '../../components/badge.tsx';
import { Card } from '../../components/card.tsx';
import { Table, Td, Th, THead, Tr } from '../../components/table.tsx';
import { clientName } from '../../lib/client.ts';
import { formatCount } from '../../lib/format.ts';
import { useRequest } from '../../lib/resource.ts';

/** More are on the list of clients. */
const SHOWN = 20;

const words: Record<ClientAttention['what'], string> = {
  changed: 'Address changed',
  unusable: 'Bad address',
};

/** Clients whose deposit address a person has to look at before anybody is paid there. Nothing when there are none. */
export function AddressAttention(): ReactNode {
  const { value } = useRequest('clients.attention', {}, ['clients.changed']);
  if (!value?.length) return null;
  return (
    <Card title="Deposit addresses to look at" padded={false}>
      <Table label="Deposit addresses to look at">
        <THead>
          <Th>Client</Th>
          <Th>State</Th>
          <Th>Why</Th>
        </THead>
        <tbody>
          {value.slice(0, SHOWN).map((client) => (
            <Tr key={client.uid}>
              <Td>
                <Link href={`/clients/${client.uid}`}>
                  <Named>{clientName(client)}</Named>
                </Link>
              </Td>
              <Td>
                <Badge tone="danger">{words[client.what]}</Badge>
              </Td>
              <Td muted grow title={client.why}>
                {client.why}
              </Td>
            </Tr>
          ))}
          {value.length > SHOWN && (
            <Tr>
              <Td muted colSpan={3}>
                and {formatCount(value.length - SHOWN)} more, marked in the list of clients
              </Td>
            </Tr>
          )}
        </tbody>
      </Table>
    </Card>
  );
}
