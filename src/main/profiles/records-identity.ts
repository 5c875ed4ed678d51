import { createHash } from 'node:crypto';
import { networkOf, type Environment, type Profile } from '#shared/domain/profile.ts';
import { appendAudit } from '../audit/chain.ts';
import type { RecordsDb } from '../storage/open.ts';
import { auditEntriesOf } from '../storage/records/audit-repo.ts';
import { serverOf } from './account.ts';

type OfProfile = Pick<Profile, 'id' | 'name' | 'environment' | 'baseUrl' | 'apiKey'>;

/** Whose records these are. It stands in the audit log, and so cannot be changed beside it. */
export type Identity = {
  profileId: string;
  environment: Environment;
  network: string;
  server: string;
  /** Of the API key that was bound last, and of all before it: they are keys of one account. */
  keyPrint: string;
  keyPrints: ReadonlySet<string>;
  /** The installation that wrote last; empty until a keychain took part. */
  install: string;
};

const SUBJECT = 'records';
const ACTION = 'records.bound';

/** Null for records that were never bound: new ones, and those of before this was kept. */
export function identityOf(db: RecordsDb): Identity | null {
  const entries = auditEntriesOf(db, SUBJECT, ACTION).map(
    ({ detail }) => JSON.parse(detail) as Omit<Identity, 'keyPrints'>,
  );
  const last = entries.at(-1);
  if (last === undefined) return null;
  const own = entries.filter(({ server }) => server === last.server);
  return { ...last, keyPrints: new Set(own.map(({ keyPrint }) => keyPrint)) };
}

/**
 * Why records are not those of the profile, in words; null when they are, or may become so because they hold nothing
 * of any account yet.
 */
export function findForeign(db: RecordsDb, profile: OfProfile): string | null {
  const identity = identityOf(db);
  if (identity === null || isBlank(db)) return null;
  if (identity.profileId !== profile.id) return 'They are the records of another profile.';
  const { environment, server, keyPrints } = identity;
  const own = serverKeyOf(profile);
  if (environment !== profile.environment || server !== own) {
    return `They are of ${environment} at ${server || 'no server'}, but the profile says ${profile.environment} at ${own || 'no server'}. The profile was changed outside the app, or these are the records of another one.`;
  }
  if (environment !== 'practice' && !keyPrints.has(keyPrintOf(profile))) {
    return 'They are of another API key than the profile’s. The profile was changed outside the app, or these are the records of another one.';
  }
  return null;
}

/** Writes down whose the records are, where that is new; in a transaction of its own or within one. */
export function bind(
  db: RecordsDb,
  profile: OfProfile,
  by: { atMs: number; actor: string; install?: string },
): void {
  const before = identityOf(db);
  const { atMs, actor, install = before?.install ?? '' } = by;
  const detail = {
    profileId: profile.id,
    environment: profile.environment,
    network: networkOf(profile.environment),
    server: serverKeyOf(profile),
    keyPrint: keyPrintOf(profile),
    install,
  };
  const isSame = Object.entries(detail).every(
    ([name, value]) => before?.[name as keyof typeof detail] === value,
  );
  if (isSame) return;
  db.transaction(() =>
    appendAudit(db, { atMs, actor, action: ACTION, subject: SUBJECT, detail }),
  ).immediate();
}

/** The built-in server of Practice has another port at each start. */
function serverKeyOf({ environment, baseUrl }: OfProfile): string {
  return environment === 'practice' ? '' : serverOf(baseUrl);
}

/** Practice makes a key of its own, a new one when its profile was lost. */
function keyPrintOf({ environment, apiKey }: OfProfile): string {
  if (environment === 'practice') return '';
  return createHash('sha256').update(`api key ${apiKey}`).digest('hex').slice(0, 32);
}

/** Neither a client nor a request: nothing was read from an account or sent to it. */
export function isBlank(db: RecordsDb): boolean {
  const any = db.prepare('SELECT EXISTS (SELECT 1 FROM clients) OR EXISTS (SELECT 1 FROM intents)');
  return any.pluck().get() === 0;
}
