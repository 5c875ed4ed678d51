import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import type { Intent } from '#shared/domain/intent.ts';
import { Btc, Usd } from '../../components/amounts.tsx';
import { Banner } from '../../components/banner.tsx';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { IntentBadge } from '../../components/state-badge.tsx';
import { Table, Td, Th, THead, Tr } from '../../components/table.tsx';
import { Time } from '../../components/time.tsx';
import { intentKindWords } from '../../components/wording.ts';
import { useRequest } from '../../lib/resource.ts';

/** Requests that are not settled: someone has to decide, or the app is finding out. Nothing when there are none. */
export function OpenIntents(): ReactNode {
  const { value, error, reload } = useRequest('intents.list', { openOnly: true }, [
    'intents.changed',
  ]);
  const [, navigate] = useLocation();
  if (error && !value) {
    return (
      <Banner
        tone="danger"
        title="Open requests could not be read"
        actions={<Button onClick={reload}>Try again</Button>}
      >
        {error.message}
      </Banner>
    );
  }
  if (!value?.length) return null;
  return (
    <Card title="Needs someone" padded={false}>
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
          {value.map((intent) => (
            <Tr key={intent.id} onOpen={() => navigate(`/intents/${intent.id}`)}>
              <Td>
                <Link href={`/intents/${intent.id}`}>{intentKindWords[intent.kind]}</Link>
              </Td>
              <Td>{intent.clientUid ?? intent.label}</Td>
              <Td muted>
                <Time ms={intent.createdAtMs} />
              </Td>
              <Td numeric>
                <IntentAmount intent={intent} />
              </Td>
              <Td>
                <IntentBadge state={intent.state} />
              </Td>
              <Td muted grow title={intent.reason ?? undefined}>
                {intent.reason ?? whyOpen[intent.state]}
              </Td>
            </Tr>
          ))}
        </tbody>
      </Table>
    </Card>
  );
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
