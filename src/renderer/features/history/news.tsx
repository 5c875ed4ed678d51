import { ArrowUp, RotateCw } from 'lucide-react';
import type { ReactNode } from 'react';
import { useStore } from 'zustand';
import { Button } from '../../components/button.tsx';
import { plural } from '../../lib/format.ts';
import type { HistoryStore } from './history-store.ts';

/** What is not in the list yet. Beside the title there is room for it at any width: the list does not move. */
export function News({ store }: { store: HistoryStore }): ReactNode {
  const { newRows, error, status, reload, retry } = useStore(store);
  return (
    <div role="status">
      {newRows > 0 ? (
        <Button icon={ArrowUp} onClick={() => void reload()}>
          {plural(newRows, 'new transaction')}, show
        </Button>
      ) : (
        error &&
        status !== 'error' && (
          <Button icon={RotateCw} onClick={retry}>
            Rows could not be read, try again
          </Button>
        )
      )}
    </div>
  );
}
