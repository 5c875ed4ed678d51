import type { Migration } from '../migrate.ts';
import { migration as history } from './migrations/001-history.ts';
import { migration as search } from './migrations/002-search.ts';
import { migration as order } from './migrations/003-order.ts';
import { migration as removed } from './migrations/004-removed.ts';

/** In order of version. */
export const cacheMigrations: readonly Migration[] = [history, search, order, removed];
