import type { ReactNode } from 'react';
import type { ClientsReading } from '#shared/domain/client.ts';
import { Age } from '../../components/time.tsx';
import { coverageWords } from '../../components/wording.ts';
import { formatCount } from '../../lib/format.ts';
import css from './history.module.css';

const STALE_AFTER_MS = 24 * 3_600_000;

/** How far the history of the clients in view was read, and when. */
export function Coverage({ reading }: { reading: ClientsReading | null }): ReactNode {
  if (reading === null || reading.clients === 0) return null;
  return (
    <span className={css['coverage']}>
      {coverageText(reading)}
      {reading.oldestMs !== null && (
        <>
          , <Age ms={reading.oldestMs} staleAfterMs={STALE_AFTER_MS} />
        </>
      )}
    </span>
  );
}

function coverageText({ clients, incomplete, only }: ClientsReading): string {
  if (only !== null) return coverageWords(only);
  if (incomplete === 0) return `Complete for all ${formatCount(clients)} clients`;
  return `Not complete for ${formatCount(incomplete)} of ${formatCount(clients)} clients`;
}
