import { Check, Copy } from 'lucide-react';
import { useEffect, useState, type ReactNode } from 'react';
import { IconButton } from './icon-button.tsx';
import { toast } from './toasts.tsx';

const SHOW_DONE_MS = 1500;

/** Copies text that does no harm when changed on the way. Addresses go through clients.copyAddress instead. */
export function CopyButton({ text, label }: { text: string; label: string }): ReactNode {
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return undefined;
    const timer = setTimeout(() => setDone(false), SHOW_DONE_MS);
    return () => clearTimeout(timer);
  }, [done]);

  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setDone(true);
    } catch {
      toast.show({ tone: 'warning', title: 'Not copied', text: 'The clipboard is not available.' });
    }
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
