import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import type { Intent } from '#shared/domain/intent.ts';
import type { ClientName } from '#shared/domain/client.ts';
import { Named } from '../../components/named.tsx';
import { Btc, Usd } from '../../components/amounts.tsx';
import { ButtonLink } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { IntentBadge } from '../../components/state-badge.tsx';
import { Table, Td, Th, THead, Tr } from '../../components/table.tsx';
import { Time } from '../../components/time.tsx';
import { intentKindWords } from '../../components/wording.ts';
import { useClientNames } from '../../lib/client-names.ts';

/** Requests that are not settled: someone has to decide, or the app is finding out. Nothing when there are none. */
export function OpenIntents({ intents }: { intents: readonly Intent[] }): ReactNode {
  return intents.length === 0 ? null : <Listed intents={intents} />;
}

function Listed({ intents }: { intents: readonly Intent[] }): ReactNode {
  const [, navigate] = useLocation();
  const clients = useClientNames();
  return (
    <Card
      title="Needs someone"
      padded={false}
      actions={<ButtonLink href="/intents">All requests</ButtonLink>}
    >
      <Table label="Requests that are not settled">
        <THead>
          <Th>Request</Th>
          <Th>Client</Th>
          <Th>Begun</Th>
          <Th numeric>Amount</Th>
          <Th>State</Th>
          <Th>Why</Th>
        </THead>
        <tbody>
          {intents.map((intent) => (
            <Tr key={intent.id} onOpen={() => navigate(`/intents/${intent.id}`)}>
              <Td>
                <Link href={`/intents/${intent.id}`}>{intentKindWords[intent.kind]}</Link>
              </Td>
              <Td>
                <Named>{nameOf(intent, clients)}</Named>
              </Td>
              <Td muted>
                <Time ms={intent.createdAtMs} />
              </Td>
              <Td numeric>
                <IntentAmount intent={intent} />
              </Td>
              <Td>
                <IntentBadge intent={intent} />
              </Td>
              <Td muted grow title={intent.attention ?? intent.reason ?? undefined}>
                {intent.attention ?? intent.reason ?? whyOpen[intent.state]}
              </Td>
            </Tr>
          ))}
        </tbody>
      </Table>
    </Card>
  );
}

function nameOf({ clientUid, label }: Intent, clients: readonly ClientName[]): string {
  const client = clients.find(({ uid }) => uid === clientUid);
  return client?.label || clientUid || label || '—';
}

const whyOpen: Partial<Record<Intent['state'], string>> = {
  journaled: 'Reviewed but not sent. Send or discard it.',
  sent: 'Waiting for the answer.',
  unknown: 'We don’t know yet whether it went. The history is being read.',
  needs_human: 'The history does not settle it. Someone has to decide.',
};

function IntentAmount({ intent }: { intent: Intent }): ReactNode {
  if (intent.amountSats !== null) return <Btc sats={intent.amountSats} />;
  if (intent.usdCents !== null) return <Usd cents={intent.usdCents} />;
  return '—';
}
