import type { ReactNode } from 'react';
import { TextArea } from '../text-field.tsx';

type Props = { reason: string; error: string | null; onChange: (reason: string) => void };

/** Shown once main asks why the same is paid again, and while something stands in it. */
export function RepeatReason({ reason, error, onChange }: Props): ReactNode {
  if (error === null && reason === '') return null;
  return (
    <TextArea
      label="Reason for paying again"
      hint="Kept in the audit log."
      maxLength={500}
      value={reason}
      error={error}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}
