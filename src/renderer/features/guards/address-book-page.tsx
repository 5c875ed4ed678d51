import { BookUser, Pencil, Plus, Trash2 } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import type { BookEntry } from '#shared/domain/guards.ts';
import { Named } from '../../components/named.tsx';
import { Badge } from '../../components/badge.tsx';
import { Banner } from '../../components/banner.tsx';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { AddressGroups } from '../../components/hash.tsx';
import { Menu } from '../../components/menu.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { EmptyState, ErrorState, Skeleton } from '../../components/states.tsx';
import { Table, Td, Th, THead, Tr } from '../../components/table.tsx';
import { Time } from '../../components/time.tsx';
import { VisuallyHidden } from '../../components/visually-hidden.tsx';
import { useNow } from '../../lib/now.ts';
import { useRequest } from '../../lib/resource.ts';
import { EntryDialog } from './entry-dialog.tsx';
import css from './guards.module.css';
import { RemoveEntryDialog } from './remove-entry-dialog.tsx';

type Open = { what: 'add' } | { what: 'label' | 'remove'; entry: BookEntry };

/** Addresses that were checked once and got a name. */
export function AddressBookPage(): ReactNode {
  const book = useRequest('addressBook.list', {}, ['guards.changed']);
  const [open, setOpen] = useState<Open | null>(null);
  const close = (): void => setOpen(null);
  const add = (
    <Button variant="primary" icon={Plus} onClick={() => setOpen({ what: 'add' })}>
      Add address
    </Button>
  );
  return (
    <div className={css['page']}>
      <PageHeader title="Address book" back={{ href: '/guards', label: 'Guards' }} actions={add} />
      {book.status === 'loading' && <Skeleton width={320} />}
      {book.status === 'error' && <ErrorState error={book.error} onRetry={book.reload} />}
      {book.status === 'ready' && book.value.length === 0 && (
        <EmptyState
          icon={BookUser}
          title="No address is in the book"
          text="An address that was checked once can be chosen by its label for a withdrawal."
        />
      )}
      {book.status === 'ready' && book.value.length > 0 && (
        <BookTable entries={book.value} onOpen={setOpen} />
      )}
      {open?.what === 'add' && <EntryDialog entry={null} onClose={close} />}
      {open?.what === 'label' && <EntryDialog entry={open.entry} onClose={close} />}
      {open?.what === 'remove' && <RemoveEntryDialog entry={open.entry} onClose={close} />}
    </div>
  );
}

type BookTableProps = { entries: readonly BookEntry[]; onOpen: (open: Open) => void };

function BookTable({ entries, onOpen }: BookTableProps): ReactNode {
  const now = useNow(15_000);
  const alike = entries.filter(({ lookAlike }) => lookAlike !== null);
  return (
    <>
      {alike.map(({ address, label, lookAlike }) => (
        <Banner key={address} tone="warning" title={`Compare “${label}” once more`}>
          {lookAlike}
        </Banner>
      ))}
      <Card padded={false}>
        <Table label="Address book">
          <THead>
            <Th>Label</Th>
            <Th>Address</Th>
            <Th>State</Th>
            <Th>
              <VisuallyHidden>Actions</VisuallyHidden>
            </Th>
          </THead>
          <tbody>
            {entries.map((entry) => (
              <Tr key={entry.address}>
                <Td>
                  <div className={css['entry']}>
                    <Named>{entry.label}</Named>
                    <span className={css['added']}>
                      Added <Time ms={entry.addedAtMs} />
                    </span>
                  </div>
                </Td>
                <Td grow>
                  <div className={css['address']}>
                    <AddressGroups address={entry.address} />
                  </div>
                </Td>
                <Td>
                  <State entry={entry} isNew={now < entry.usableAtMs} />
                </Td>
                <Td numeric>
                  <Menu
                    label={`Actions for ${entry.label}`}
                    items={[
                      {
                        label: 'Change label',
                        icon: Pencil,
                        onSelect: () => onOpen({ what: 'label', entry }),
                      },
                      {
                        label: 'Remove',
                        icon: Trash2,
                        danger: true,
                        onSelect: () => onOpen({ what: 'remove', entry }),
                      },
                    ]}
                  />
                </Td>
              </Tr>
            ))}
          </tbody>
        </Table>
      </Card>
    </>
  );
}

function State({ entry, isNew }: { entry: BookEntry; isNew: boolean }): ReactNode {
  if (!isNew) return <Badge tone="success">Ready</Badge>;
  return (
    <span className={css['new']}>
      <Badge tone="warning">New</Badge>
      <span>
        until <Time ms={entry.usableAtMs} />
      </span>
    </span>
  );
}
