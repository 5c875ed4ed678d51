/**
 * Confirmations after which a deposit counts as final (api-readings.md, 22). In a file of its own, so that
 * the renderer can use it without the schemas of transaction.ts, and so without zod.
 */
export const FINAL_CONFIRMATIONS = 6;
