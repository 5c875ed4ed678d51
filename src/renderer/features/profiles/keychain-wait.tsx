import type { ReactNode } from 'react';
import { Button } from '../../components/button.tsx';
import { call } from '../../lib/ipc.ts';
import { useLasting } from '../../lib/lasting.ts';

/** Sooner it is the network that is waited for. */
const SHOW_AFTER_MS = 5000;

/** The keychain may be asking a person for a password, for up to two minutes: a way out for whoever does not want to. */
export function KeychainWait({ active }: { active: boolean }): ReactNode {
  const lasts = useLasting(active, SHOW_AFTER_MS);
  if (!lasts) return null;
  return (
    <Button onClick={() => void call('profiles.cancelKeychain', {})}>
      Do not wait for the keychain
    </Button>
  );
}
