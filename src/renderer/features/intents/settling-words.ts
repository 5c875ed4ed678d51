import type { Intent, Settling } from '#shared/domain/intent.ts';
import { plural } from '../../lib/format.ts';

/** What is known, being done and planned about an open outcome, each in a sentence of its own. */
export type SettlingWords = { known: string; doing: string };

export function settlingWords(
  intent: Pick<Intent, 'kind' | 'state'>,
  settling: Settling,
): SettlingWords {
  return { known: knownOf(intent, settling), doing: doingOf(intent, settling) };
}

function knownOf({ kind }: Pick<Intent, 'kind'>, settling: Settling): string {
  const { problem, completeReadings, candidates } = settling;
  if (kind === 'create_client') return 'Bitpro’s API has no list in which a new client would show.';
  if (problem !== null) return `The last reading of the history counts for nothing: ${problem}`;
  if (completeReadings === 0) return 'The history has not been read since the request was sent.';
  const times = completeReadings === 1 ? 'once' : plural(completeReadings, 'time');
  if (candidates.length === 0) {
    return `The history was read to its end ${times} since, and does not show it.`;
  }
  return `The history was read to its end ${times} since. ${plural(candidates.length, 'transaction')} of this kind came after the request.`;
}

function doingOf({ kind, state }: Pick<Intent, 'kind' | 'state'>, settling: Settling): string {
  if (settling.isLooking) return 'Reading the history now.';
  if (kind === 'create_client') return 'Nothing can be looked up by itself: a person settles it.';
  if (state === 'needs_human')
    return 'It is not looked up by itself any more: a person settles it.';
  if (settling.settleDelayMinutes === null) {
    return 'As soon as the history shows it, it is confirmed. If it never does, a person settles it.';
  }
  const delay = plural(settling.settleDelayMinutes, 'minute');
  return `As soon as the history shows it, it is confirmed. While the balance agrees, two complete readings without it, more than ${delay} after sending and apart, settle that it did not go.`;
}
