import { Plus, Trash2 } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { Menu } from '../../components/menu.tsx';
import { Table, Td, Th, THead, Tr } from '../../components/table.tsx';
import { Time } from '../../components/time.tsx';
import { VisuallyHidden } from '../../components/visually-hidden.tsx';
import { useRequest } from '../../lib/resource.ts';
import { AddApproverDialog } from './add-approver-dialog.tsx';
import css from './guards.module.css';
import { RemoveDialog } from './remove-dialog.tsx';

/** Who may give the second person's approval in the open profile. */
export function ApproversCard(): ReactNode {
  const approvers = useRequest('approvers.list', {}, ['guards.changed']);
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<string | null>(null);
  const list = approvers.value ?? [];
  return (
    <Card
      title="Approvers"
      padded={false}
      actions={
        <Button icon={Plus} onClick={() => setAdding(true)}>
          Add approver
        </Button>
      }
    >
      {list.length > 0 && (
        <Table label="Approvers">
          <THead>
            <Th>Name</Th>
            <Th>Added</Th>
            <Th>
              <VisuallyHidden>Actions</VisuallyHidden>
            </Th>
          </THead>
          <tbody>
            {list.map(({ name, addedAtMs }) => (
              <Tr key={name}>
                <Td grow>{name}</Td>
                <Td muted>
                  <Time ms={addedAtMs} />
                </Td>
                <Td numeric>
                  <Menu
                    label={`Actions for ${name}`}
                    items={[
                      {
                        label: 'Remove',
                        icon: Trash2,
                        danger: true,
                        onSelect: () => setRemoving(name),
                      },
                    ]}
                  />
                </Td>
              </Tr>
            ))}
          </tbody>
        </Table>
      )}
      {list.length === 0 && (
        <p className={css['none']}>
          {approvers.error?.message ??
            'Nobody yet. Each approver sets a passphrase of their own here.'}
        </p>
      )}
      {adding && <AddApproverDialog onClose={() => setAdding(false)} />}
      {removing !== null && (
        <RemoveDialog
          title={`Remove ${removing}`}
          description="What they approved and is not sent yet needs another approval."
          request={{ name: 'approvers.remove', input: { name: removing } }}
          onClose={() => setRemoving(null)}
        />
      )}
    </Card>
  );
}
