import { KeyRound, Plus, Trash2 } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import type { ApproverView } from '#shared/domain/guards.ts';
import { Named } from '../../components/named.tsx';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { Menu } from '../../components/menu.tsx';
import { Table, Td, Th, THead, Tr } from '../../components/table.tsx';
import { Time } from '../../components/time.tsx';
import { VisuallyHidden } from '../../components/visually-hidden.tsx';
import { useRequest } from '../../lib/resource.ts';
import { AddApproverDialog } from './add-approver-dialog.tsx';
import { ChangePassphraseDialog } from './change-passphrase-dialog.tsx';
import css from './guards.module.css';
import { RemoveApproverDialog } from './remove-approver-dialog.tsx';

type Open = { what: 'add' } | { what: 'passphrase' | 'remove'; name: string };

/** Who may give the second person's approval in the open profile. */
export function ApproversCard(): ReactNode {
  const approvers = useRequest('approvers.list', {}, ['guards.changed']);
  const [open, setOpen] = useState<Open | null>(null);
  const close = (): void => setOpen(null);
  const list = approvers.value ?? [];
  return (
    <Card
      title="Approvers"
      padded={false}
      actions={
        <Button icon={Plus} onClick={() => setOpen({ what: 'add' })}>
          Add approver
        </Button>
      }
    >
      {list.length > 0 && <ApproversTable approvers={list} onOpen={setOpen} />}
      <p className={css['note']}>{approvers.error?.message ?? noteFor(list.length)}</p>
      {open?.what === 'add' && <AddApproverDialog approvers={list} onClose={close} />}
      {open?.what === 'passphrase' && <ChangePassphraseDialog name={open.name} onClose={close} />}
      {open?.what === 'remove' && (
        <RemoveApproverDialog name={open.name} approvers={list} onClose={close} />
      )}
    </Card>
  );
}

function noteFor(count: number): string {
  if (count === 0) {
    return 'Nobody yet, so you alone can change the guards. Once there is an approver, taking protection away needs one who is not the operator.';
  }
  const rule =
    'To take protection away, here or above, an approver other than the operator agrees with a passphrase.';
  return count > 1
    ? rule
    : `${rule} Add a second one: if the only approver forgets the passphrase, nobody can replace them.`;
}

type ApproversTableProps = { approvers: readonly ApproverView[]; onOpen: (open: Open) => void };

function ApproversTable({ approvers, onOpen }: ApproversTableProps): ReactNode {
  return (
    <Table label="Approvers">
      <THead>
        <Th>Name</Th>
        <Th>Added</Th>
        <Th>
          <VisuallyHidden>Actions</VisuallyHidden>
        </Th>
      </THead>
      <tbody>
        {approvers.map(({ name, addedAtMs, isOperator }) => (
          <Tr key={name}>
            <Td grow>
              <Named>{name}</Named> {isOperator && <Badge tone="neutral">Operator now</Badge>}
            </Td>
            <Td muted>
              <Time ms={addedAtMs} />
            </Td>
            <Td numeric>
              <Menu
                label={`Actions for ${name}`}
                items={[
                  {
                    label: 'Change passphrase',
                    icon: KeyRound,
                    onSelect: () => onOpen({ what: 'passphrase', name }),
                  },
                  {
                    label: 'Remove',
                    icon: Trash2,
                    danger: true,
                    onSelect: () => onOpen({ what: 'remove', name }),
                  },
                ]}
              />
            </Td>
          </Tr>
        ))}
      </tbody>
    </Table>
  );
}
