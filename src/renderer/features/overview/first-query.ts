import type { OverviewQuery } from '#shared/domain/overview.ts';

/** Rows are asked for and drawn in steps: all of thousands of clients would delay the answer at the top. */
export const firstQuery: OverviewQuery = { verdict: null, limit: 50 };
