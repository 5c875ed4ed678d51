import type { SecretState } from '#shared/domain/profile.ts';
import type { Tone } from './badge.tsx';

/** Where the secret key is, or why it cannot be had. */
export const secretWords: Record<SecretState, { word: string; tone: Tone }> = {
  ready: { word: 'In the keychain', tone: 'success' },
  session: { word: 'This run only', tone: 'info' },
  empty: { word: 'Not entered', tone: 'neutral' },
  locked: { word: 'Keychain locked', tone: 'warning' },
  no_service: { word: 'No keychain service', tone: 'warning' },
  no_library: { word: 'No keychain library', tone: 'warning' },
  hung: { word: 'Keychain not answering', tone: 'warning' },
};
