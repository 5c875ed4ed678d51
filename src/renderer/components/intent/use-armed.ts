import { useEffect, useState } from 'react';

/** Long enough that a click or key meant for the screen before does not confirm. */
export const ARM_DELAY_MS = 1000;

/** False for a moment after `key` appears; a new key starts anew. */
export function useArmed(key: string): boolean {
  const [armedKey, setArmedKey] = useState<string | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => setArmedKey(key), ARM_DELAY_MS);
    return () => clearTimeout(timer);
  }, [key]);
  return armedKey === key;
}
