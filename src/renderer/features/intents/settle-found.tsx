import type { ReactNode } from 'react';
import type { SettlingCandidate } from '#shared/domain/intent.ts';
import { formatBtc } from '#shared/money.ts';
import { visibleText } from '#shared/text.ts';
import { Select } from '../../components/select.tsx';
import { TextField } from '../../components/text-field.tsx';
import { formatSecond } from '../../lib/format.ts';
import { useTimeZone } from '../../lib/time-zone.ts';

type FoundProps = {
  candidates: readonly SettlingCandidate[];
  isClient: boolean;
  value: string;
  error: string | null;
  onChange: (found: string) => void;
};

/** One of the transactions that came after the request; or, as Bitpro may name another, its id typed. */
export function Found({ candidates, isClient, value, error, onChange }: FoundProps): ReactNode {
  const timeZone = useTimeZone();
  const label = isClient ? 'Uid of the client' : 'Bitpro id of the transaction';
  return (
    <>
      {candidates.length > 0 && (
        <Select
          label="Transactions after the request"
          items={[
            { value: '', label: 'Choose one' },
            ...candidates.map(({ tid, amountSats, createdAtMs, address, state }) => ({
              value: tid,
              label: [
                `${visibleText(tid)}: ${formatBtc(amountSats)} BTC`,
                formatSecond(createdAtMs, timeZone),
                address === null ? '' : `to …${visibleText(address).slice(-6)}`,
                visibleText(state ?? ''),
              ].join('  '),
            })),
          ]}
          value={candidates.some(({ tid }) => tid === value) ? value : ''}
          onChange={onChange}
        />
      )}
      <TextField
        label={label}
        maxLength={500}
        value={value}
        error={error}
        onChange={(event) => onChange(event.target.value)}
      />
    </>
  );
}
