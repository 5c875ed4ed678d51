import { useMemo, type ReactNode } from 'react';
import type { ClientName } from '#shared/domain/client.ts';
import { Combobox } from './combobox.tsx';

const ALL = 'All clients';

type ClientChoiceProps = {
  hideLabel?: boolean;
  disabled?: boolean;
  clients: readonly ClientName[];
  /** Empty: all of them. */
  uid: string;
  onChange: (uid: string) => void;
};

/** One client among thousands, found by its label or by its uid. */
export function ClientChoice({ clients, uid, onChange, ...rest }: ClientChoiceProps): ReactNode {
  const { names, uidOf, nameOf } = useMemo(() => namesOf(clients), [clients]);
  return (
    <Combobox
      {...rest}
      label="Client"
      items={names}
      value={uid === '' ? ALL : (nameOf.get(uid) ?? uid)}
      onChange={(name) => onChange(uidOf.get(name) ?? '')}
      empty="No client matches."
    />
  );
}

/** Labels need not differ: one that another client bears too, or the words for all bear, has its uid behind it. */
function namesOf(clients: readonly ClientName[]) {
  const seen = new Map([[ALL, 1]]);
  for (const { label } of clients) seen.set(label, (seen.get(label) ?? 0) + 1);
  const named = clients.map(({ uid, label }): [name: string, uid: string] => [
    label === '' ? uid : seen.get(label) === 1 ? label : `${label} (${uid})`,
    uid,
  ]);
  return {
    names: [ALL, ...named.map(([name]) => name)],
    uidOf: new Map(named),
    nameOf: new Map(named.map(([name, uid]) => [uid, name])),
  };
}
