import { Check, Copy } from 'lucide-react';
import { useEffect, useState, type ReactNode } from 'react';
import { call } from '../lib/ipc.ts';
import { IconButton } from './icon-button.tsx';
import { toast } from './toasts.tsx';

const SHOW_DONE_MS = 1500;

/** Copies what the page shows, by way of main: the page has no permission to. Addresses to be paid go through clients.copyAddress. */
export function CopyButton({ text, label }: { text: string; label: string }): ReactNode {
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return undefined;
    const timer = setTimeout(() => setDone(false), SHOW_DONE_MS);
    return () => clearTimeout(timer);
  }, [done]);

  const copy = async (): Promise<void> => {
    const result = await call('clipboard.copy', { text });
    if (result.ok) setDone(true);
    else toast.show({ tone: 'warning', title: 'Not copied', text: result.error.message });
  };
  return (
    <IconButton
      label={label}
      icon={done ? Check : Copy}
      onClick={(event) => {
        event.stopPropagation();
        void copy();
      }}
    />
  );
}
