import { useRef, useState } from 'react';
import type { AddressCheck } from '#shared/domain/client.ts';
import type { ErrorDto } from '#shared/errors.ts';
import { call } from '../../lib/ipc.ts';

/**
 * Main's judgement on what was typed or pasted. Only the answer to the last question counts: an earlier one
 * may come later.
 */
export function useAddressCheck(onChecked: (checked: AddressCheck) => void) {
  const [error, setError] = useState<ErrorDto | null>(null);
  const [checked, setChecked] = useState<AddressCheck | null>(null);
  const question = useRef(0);
  return {
    error,
    /** What the text in the field was found to be; null until it was looked at. */
    checked,
    forget: (): void => {
      question.current += 1;
      setError(null);
      setChecked(null);
    },
    check: async (text: string): Promise<void> => {
      const asked = ++question.current;
      if (text.trim() === '') return setError(null);
      const result = await call('addresses.check', { text });
      if (asked !== question.current) return;
      setError(result.ok ? null : result.error);
      setChecked(result.ok ? result.value : null);
      if (result.ok) onChecked(result.value);
    },
  };
}
