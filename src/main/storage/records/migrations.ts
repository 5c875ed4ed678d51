import type { Migration } from '../migrate.ts';
import { migration as registry } from './migrations/001-registry.ts';
import { migration as intents } from './migrations/002-intents.ts';
import { migration as settling } from './migrations/003-settling.ts';
import { migration as guards } from './migrations/004-guards.ts';
import { migration as auditHead } from './migrations/005-audit-head.ts';
import { migration as passphrases } from './migrations/006-passphrases.ts';
import { migration as rateHours } from './migrations/007-rate-hours.ts';
import { migration as seals } from './migrations/008-seals.ts';
import { migration as outcomes } from './migrations/009-outcomes.ts';
import { migration as guardedTime } from './migrations/010-guarded-time.ts';
import { migration as settleDelay } from './migrations/011-settle-delay.ts';

/** In order of version. */
export const recordsMigrations: readonly Migration[] = [
  registry,
  intents,
  settling,
  guards,
  auditHead,
  passphrases,
  rateHours,
  seals,
  outcomes,
  guardedTime,
  settleDelay,
];
