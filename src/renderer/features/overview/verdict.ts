import type { Overview, ReconciliationRow } from '#shared/domain/overview.ts';
import type { Tone } from '../../components/badge.tsx';
import { whatDiffers } from '../../components/wording.ts';
import { formatCount, plural } from '../../lib/format.ts';

export type Verdict = {
  tone: Tone;
  title: string;
  text: string;
  /** Where to look: each has a link to its cause. */
  clients: readonly { uid: string; what: string }[];
};

export type VerdictFacts = {
  /** Requests that are not settled. */
  openIntents: number;
  /** Clients that could not be read when they were last tried. */
  failingCount: number;
  failing: readonly { clientUid: string; message: string }[];
  /** The service is there, and the last reading of all ended without a failure. */
  isCurrent: boolean;
  /** False when the records are damaged and clients may be missing. */
  isRegistryWhole: boolean;
};

/** The answer to "is everything accounted for?" in one line. What differs outweighs what is being read. */
export function verdictOf(overview: Overview, facts: VerdictFacts): Verdict {
  const { total, differing, notKnown } = overview;
  const { openIntents } = facts;
  const failingCount = unreadOf(overview, facts.failingCount);
  if (total.differs > 0) return differs(total.differs, differing);
  if (failingCount > 0) {
    return {
      tone: 'warning',
      title: `${plural(failingCount, 'client')} could not be read`,
      text: 'What is below may be out of date for them, so there is no verdict on all.',
      clients: facts.failing
        .filter(isKnownIn(notKnown))
        .slice(0, NAMED)
        .map(({ clientUid: uid, message: what }) => ({ uid, what })),
    };
  }
  if (total.checking > 0) {
    return only(
      'info',
      `Still checking ${plural(total.checking, 'client')}`,
      'Balance or history is not complete yet, so there is no verdict yet.',
    );
  }
  if (openIntents > 0) {
    return only(
      'warning',
      `Balances tie out, ${plural(openIntents, 'request is', 'requests are')} not settled`,
      'Every balance equals its history. What is listed below waits for an answer or a decision.',
    );
  }
  if (!facts.isRegistryWhole) {
    return only(
      'warning',
      'The clients that could be read tie out',
      'The records are damaged, so others may be missing below.',
    );
  }
  if (!facts.isCurrent) {
    return only(
      'info',
      'Everything was accounted for when last read',
      'What happened at Bitpro since then is not known here.',
    );
  }
  if (total.notKnown > 0) {
    return {
      tone: 'warning',
      title: `Everything else is accounted for; ${plural(total.notKnown, 'client is', 'clients are')} not known to Bitpro`,
      text: 'Bitpro refuses these uids, so they are in no sum. Try again, or remove what was mistyped.',
      clients: notKnown.map((row) => ({ uid: row.clientUid, what: 'not known to Bitpro' })),
    };
  }
  return only(
    'success',
    'Everything is accounted for',
    'Every balance equals what its history adds up to, to the satoshi.',
  );
}

/** A client that Bitpro does not know holds nothing that a verdict on the others would have to wait for. */
export function unreadOf({ total }: Overview, failingCount: number): number {
  return Math.max(0, failingCount - total.notKnown);
}

const NAMED = 5;

function isKnownIn(notKnown: readonly ReconciliationRow[]) {
  const uids = new Set(notKnown.map(({ clientUid }) => clientUid));
  return ({ clientUid }: { clientUid: string }): boolean => !uids.has(clientUid);
}

function only(tone: Tone, title: string, text: string): Verdict {
  return { tone, title, text, clients: [] };
}

function differs(count: number, differing: readonly ReconciliationRow[]): Verdict {
  const more = count - Math.min(NAMED, differing.length);
  return {
    tone: 'danger',
    title: `${plural(count, 'client does', 'clients do')} not tie out`,
    text:
      'The balance reported by Bitpro is not what its own history adds up to.' +
      (more > 0 ? ` ${formatCount(more)} more are marked below.` : ''),
    clients: differing
      .slice(0, NAMED)
      .map((row) => ({ uid: row.clientUid, what: whatDiffers(row) })),
  };
}

export const rowVerdicts: Record<ReconciliationRow['verdict'], { word: string; tone: Tone }> = {
  ties_out: { word: 'Ties out', tone: 'success' },
  differs: { word: 'Differs', tone: 'danger' },
  checking: { word: 'Checking', tone: 'neutral' },
  not_known: { word: 'Not known to Bitpro', tone: 'danger' },
};
