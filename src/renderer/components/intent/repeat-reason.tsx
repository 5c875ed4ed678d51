import { useState, type ReactNode } from 'react';
import { TextArea } from '../text-field.tsx';

type Props = { reason: string; error: string | null; onChange: (reason: string) => void };

/**
 * Shown once main asks why the same is paid again, and from then on, also while it is emptied and written anew. Of
 * another payment it is another one: the caller gives it a key.
 */
export function RepeatReason({ reason, error, onChange }: Props): ReactNode {
  const [isAsked, setIsAsked] = useState(false);
  if (!isAsked && (error !== null || reason !== '')) setIsAsked(true);
  if (!isAsked) return null;
  const isMissing = reason.trim() === '';
  return (
    <TextArea
      label="Reason for paying again"
      hint={error ?? 'Kept in the audit log.'}
      maxLength={500}
      value={reason}
      error={isMissing ? error : null}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}
