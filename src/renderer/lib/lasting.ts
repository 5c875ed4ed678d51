import { useEffect, useState } from 'react';

/** True once `active` has been so for `ms`: what is over at once need not be shown. */
export function useLasting(active: boolean, ms: number): boolean {
  const [lasts, setLasts] = useState(false);
  useEffect(() => {
    if (!active) return undefined;
    const timer = setTimeout(() => setLasts(true), ms);
    return () => {
      clearTimeout(timer);
      setLasts(false);
    };
  }, [active, ms]);
  return active && lasts;
}
