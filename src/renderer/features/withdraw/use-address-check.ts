import { useRef, useState } from 'react';
import type { ErrorDto } from '#shared/errors.ts';
import { call } from '../../lib/ipc.ts';

export type CheckedAddress = { address: string; amountBtc: string | null };

/**
 * Main's judgement on what was typed or pasted. Only the answer to the last question counts: an earlier one
 * may come later.
 */
export function useAddressCheck(onChecked: (checked: CheckedAddress) => void) {
  const [error, setError] = useState<ErrorDto | null>(null);
  const question = useRef(0);
  return {
    error,
    forget: (): void => {
      question.current += 1;
      setError(null);
    },
    check: async (text: string): Promise<void> => {
      const asked = ++question.current;
      if (text.trim() === '') return setError(null);
      const result = await call('addresses.check', { text });
      if (asked !== question.current) return;
      setError(result.ok ? null : result.error);
      if (result.ok) onChecked(result.value);
    },
  };
}
