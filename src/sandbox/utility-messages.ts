import type { SandboxOptions } from './options.ts';

/** What the app and the sandbox's utility process say to each other. */

export type UtilityRequest = { type: 'start'; options: SandboxOptions } | { type: 'stop' };

export type UtilityReply =
  { type: 'listening'; url: string } | { type: 'failed'; message: string } | { type: 'stopped' };
