import type { Overview, ReconciliationRow } from '#shared/domain/overview.ts';
import type { Tone } from '../../components/badge.tsx';
import { plural } from '../../lib/format.ts';

export type Verdict = { tone: Tone; title: string; text: string };

/**
 * The answer to "is everything accounted for?" in one line. What differs outweighs what is being read.
 * @param isCurrent false when the last reading failed, so that the answer is one of the past
 * @param isRegistryWhole false when the records are damaged and clients may be missing
 */
export function verdictOf(
  { total }: Overview,
  openIntents: number,
  isCurrent: boolean,
  isRegistryWhole = true,
): Verdict {
  if (total.differs > 0) {
    return {
      tone: 'danger',
      title: `${plural(total.differs, 'client does', 'clients do')} not tie out`,
      text: 'The balance reported by Bitpro is not what its own history adds up to.',
    };
  }
  if (total.checking > 0) {
    return {
      tone: 'info',
      title: `Still checking ${plural(total.checking, 'client')}`,
      text: 'Balance or history is not complete yet, so there is no verdict yet.',
    };
  }
  if (openIntents > 0) {
    return {
      tone: 'warning',
      title: `Balances tie out, ${plural(openIntents, 'request is', 'requests are')} not settled`,
      text: 'Every balance equals its history. What is listed below waits for an answer or a decision.',
    };
  }
  if (!isRegistryWhole) {
    return {
      tone: 'warning',
      title: 'The clients that could be read tie out',
      text: 'The records are damaged, so others may be missing below.',
    };
  }
  if (!isCurrent) {
    return {
      tone: 'info',
      title: 'Everything was accounted for when last read',
      text: 'What happened at Bitpro since then is not known here.',
    };
  }
  return {
    tone: 'success',
    title: 'Everything is accounted for',
    text: 'Every balance equals what its history adds up to, to the satoshi.',
  };
}

export const rowVerdicts: Record<ReconciliationRow['verdict'], { word: string; tone: Tone }> = {
  ties_out: { word: 'Ties out', tone: 'success' },
  differs: { word: 'Differs', tone: 'danger' },
  checking: { word: 'Checking', tone: 'neutral' },
};
