import type { ReactNode } from 'react';
import { Banner } from '../../components/banner.tsx';
import { ButtonLink } from '../../components/button.tsx';
import { Combobox } from '../../components/combobox.tsx';
import { useRequest } from '../../lib/resource.ts';

type BookChoiceProps = { address: string; onChoose: (address: string) => void };

/** Fills the address from the book; where the book is empty, it matters only if nothing else may be paid. */
export function BookChoice({ address, onChoose }: BookChoiceProps): ReactNode {
  const book = useRequest('addressBook.list', {}, ['guards.changed']);
  const policy = useRequest('policy.get', {}, ['guards.changed']);
  const isOnlyWay = policy.value?.addressBookOnly === true;
  if (book.value === null) return null;
  if (book.value.length === 0) return isOnlyWay ? <EmptyBook /> : null;
  const entries = book.value;
  return (
    <Combobox
      label="Address book"
      hint={isOnlyWay ? 'This profile pays no other addresses.' : 'Choose by label.'}
      empty="No label matches."
      // Labels are unique in a book.
      items={entries.map(({ label }) => label)}
      value={entries.find((entry) => entry.address === address)?.label ?? ''}
      onChange={(chosen) => {
        const entry = entries.find(({ label }) => label === chosen);
        if (entry) onChoose(entry.address);
      }}
    />
  );
}

function EmptyBook(): ReactNode {
  return (
    <Banner
      tone="warning"
      title="The address book is empty"
      actions={<ButtonLink href="/settings/address-book">Address book</ButtonLink>}
    >
      This profile pays only addresses of its address book.
    </Banner>
  );
}
