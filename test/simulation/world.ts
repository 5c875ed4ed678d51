import type { AsyncLocalStorage } from 'node:async_hooks';
import type { Intent } from '#shared/domain/intent.ts';
import type { Money } from '../../src/main/money/intents.ts';
import type { RecordsMark } from '../../src/main/profiles/records-mark.ts';
import type { Approvers } from './approvers.ts';
import type { Controls } from './controls.ts';
import type { Files } from './desk.ts';
import type { Random } from './random.ts';
import type { LedgerEntry, Service } from './service.ts';
import type { VirtualTime } from './virtual-time.ts';

/** What must never happen; each is counted by its name. */
export const violations = [
  /** One wish of the operator was executed more than once, or one intent was posted twice. */
  'duplicates',
  /** The app says it did not go, and it went. */
  'falseRejections',
  /** The app says it went, and it did not, or names another transaction. */
  'wrongMatches',
  /** Still `sent` or, where unknown outcomes are settled, still `unknown` after everything has healed. */
  'stuck',
  /** An equal payment of the last 24 hours was known, and a second one left without a reason. */
  'unasked',
  /** More than the balance was out at once. */
  'overspent',
  /** Told as carried out, undone by the service, and never told. */
  'untold',
  /** A payment left without a second person's approval that holds, or a guess was looked at too early. */
  'unapproved',
  /** Records that somebody else changed were not noticed, or something was sent from them. */
  'unsound',
  /** A POST before `sent` was on the disk, unasked, or with other terms than were reviewed. */
  'unreviewed',
  /** Something the operator was told is gone after a restart. */
  'lost',
  /** The audit chain or the database is damaged. */
  'damaged',
  /** The app failed with something that is no message for the operator. */
  'broken',
] as const;
export type Violation = (typeof violations)[number];

/** Which confirm call a POST belongs to; carried along by the async context, as no mutant can forge it. */
export type Confirming = { intentId: string; isHonest: boolean; window: Money; atMs: number };

/** A copy of the records that was put back. */
export type PutBack = {
  /** The keychain was told of what it does not hold, or knows nothing of it: the app has to see that. */
  mustBeNoticed: boolean;
  /** Intents that wait in it. */
  waiting: ReadonlySet<string>;
};

/** Everything that outlives the app's process. */
export type World = {
  random: Random;
  time: VirtualTime;
  service: Service;
  confirming: AsyncLocalStorage<Confirming>;
  /** How hostile the world is now; all 0 once it has healed. `slow`: how much longer Bitpro takes. */
  rates: {
    network: number;
    disk: number;
    crash: number;
    repeat: number;
    undo: number;
    slow: number;
  };
  /** The computer's clock minus the service's. */
  localOffsetMs: number;
  folder: string;
  /** Migrated, empty databases. */
  template: Files;
  /** Intents as the operator last saw them, and since when. */
  acknowledged: Map<string, Pick<Intent, 'state' | 'serverTid' | 'clientUid'> & { atMs: number }>;
  environmentChangedAtMs: number;
  posts: Map<string, number>;
  signatures: Set<string>;
  /** When each intent was marked as sent, and at which price: what is read after that is too late for the guards. */
  marked: Map<string, { atMs: number; priceCents: number | null }>;
  /** When the operator last saw the review, by the intent. */
  drawnAtMs: Map<string, number>;
  /** Intents that only two people may settle. */
  needsTwo: Set<string>;
  /** Intents whose review warned the operator. */
  warned: Set<string>;
  /** The price as each window has read it last, in cents. */
  pricesRead: WeakMap<Money, number | null>;
  /** Intents that the service refused in its own words. */
  refused: Set<string>;
  /** What came of a POST and was heard whole, by the intent. */
  heard: Map<string, LedgerEntry>;
  crashes: number;
  hasDiskFaults: boolean;
  hasSetClocks: boolean;
  isServiceClockSet: boolean;
  /** The history is not always told as it is. */
  hasMoods: boolean;
  /** Who sits at the desk. */
  operator: string;
  /** A client of long ago that the app does not know. */
  stranger: string;
  /** Where the records were moved to under the process that runs; null where they are at their place. */
  movedTo: string | null;
  /** Intents that were on their way by then. */
  sentBeforeMoved: ReadonlySet<string>;
  /** Null where no second person is asked for. */
  approvers: Approvers | null;
  /** Null where only the balance holds payments back. */
  controls: Controls | null;
  keychain: { mark: RecordsMark | null };
  /** What took the place of the records, when that was an older copy of them. */
  copy: PutBack | null;
  /** The keychain was put back with it. */
  isSetBack: boolean;
  /** Posted intents of which such a copy knows nothing. */
  forgotten: Set<string>;
  /** Not null while the records are not as the app wrote them; `sent` were on their way already. */
  tampered: { sent: ReadonlySet<string> } | null;
  startedAtMs: number;
  trace: (line: string) => void;
  report: (violation: Violation, what: string) => void;
};

/** Ids are random; a trace counts them. */
export function numberOf(world: World, id: string): number {
  const known = [...world.acknowledged.keys()].indexOf(id);
  return known === -1 ? world.acknowledged.size + 1 : known + 1;
}

/** Asked for by an intent that the records know to be sent. */
export function isOwn({ forgotten }: World, { intentId }: LedgerEntry): boolean {
  return intentId !== null && !forgotten.has(intentId);
}
