import type { Desk } from './desk.ts';

/**
 * The one place where settling the unknown joins the simulation. While the app has none, an unknown intent
 * stays as it is and only an intent left as `sent` counts as stuck.
 */
export const settlesUnknown: boolean = false;

/** Runs when all has healed, until every unknown intent should have been explained. */
export async function settleAll(_desk: Desk): Promise<void> {}
