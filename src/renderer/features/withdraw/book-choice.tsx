import type { ReactNode } from 'react';
import { Combobox } from '../../components/combobox.tsx';
import { useRequest } from '../../lib/resource.ts';

type BookChoiceProps = { address: string; onChoose: (address: string) => void };

/** Fills the address from the book; nothing where the book is empty. */
export function BookChoice({ address, onChoose }: BookChoiceProps): ReactNode {
  const book = useRequest('addressBook.list', {}, ['guards.changed']);
  const entries = book.value ?? [];
  if (entries.length === 0) return null;
  return (
    <Combobox
      label="Address book"
      hint="Choose by label."
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
