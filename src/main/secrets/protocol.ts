import type { SecretState } from '#shared/domain/profile.ts';

/** What main asks the keychain process; the next one only after the answer. */
export type KeychainRequest = { service: string } & (
  | { action: 'read'; account: string }
  | { action: 'write'; account: string; secret: string }
  | { action: 'remove'; account: string }
  | { action: 'probe' }
);

/** `alive` comes first, once the keychain has answered something that needs no person. */
export type KeychainReply =
  | { state: 'alive' }
  | {
      state: Extract<SecretState, 'ready' | 'empty' | 'locked' | 'no_service' | 'no_library'>;
      /** Only of a read that found one. */
      secret?: string;
    };
