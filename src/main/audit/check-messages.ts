import type { ErrorDto } from '#shared/errors.ts';

/** What the check worker begins with. */
export type CheckData = { recordsPath: string };

/** What comes out of it: null when the records are whole. */
export type CheckMessage = { problem: ErrorDto | null };
