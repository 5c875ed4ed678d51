import type { Intent } from '#shared/domain/intent.ts';
import { mayBeNotExecuted } from '#shared/domain/transaction.ts';
import { assertNever, type AppError } from '#shared/errors.ts';
import { formatBtc } from '#shared/money.ts';
import type { PostOutcome } from '../bitpro/client.ts';
import type { RemoteClient, RemoteTrade, RemoteWithdrawal } from '../bitpro/wire.ts';
import type { IntentAnswer } from '../storage/records/intents-repo.ts';
import { isBeyondTolerance } from './quotes.ts';

/** Opens every reason of an unknown outcome (product.md, Withdraw). */
const UNKNOWN = 'We don’t know yet whether it went.';
const BLOCKED = 'Until that is settled, nothing equal can be sent.';

/** Why an intent found `sent` at start is unknown. */
export const INTERRUPTED_REASON = `${UNKNOWN} The app stopped before Bitpro’s answer was kept. ${BLOCKED}`;

/** Why an intent is unknown whose sending broke inside the app. */
export const BROKEN_REASON = `${UNKNOWN} The app failed while sending. ${BLOCKED}`;

/** What was known of this client before the answer: an answer that repeats it contradicts the intent. */
export type KnownBefore = {
  /** It settled another intent, or the history held it before this one was sent. */
  isKnown(transaction: Pick<RemoteTrade, 'tid' | 'createdAtMs'>): boolean;
  isClientKnown(uid: string): boolean;
  /** The profile's: farther from what was expected, a person looks at a buy. */
  buyTolerancePercent: number;
};

type Outcome<T> = PostOutcome<T>;

/** Received satoshis stand in `receivedSats`; the reference binds no amount to a buy (api-readings.md, 18). */
export function readBuy(
  intent: Intent,
  outcome: Outcome<RemoteTrade>,
  known: KnownBefore,
): IntentAnswer {
  return readOutcome(intent, outcome, ({ tid, amountSats, createdAtMs }) => {
    const answer = { serverTid: tid, receivedSats: amountSats, namedTid: tid };
    if (known.isKnown({ tid, createdAtMs }))
      return { receivedSats: amountSats, namedTid: tid, contradiction: repeated(tid) };
    const contradiction = unexpectedBuy(intent, { tid, amountSats }, known.buyTolerancePercent);
    return contradiction === null ? answer : { ...answer, contradiction };
  });
}

/** What a buy brought, where it is so far from what was expected that a person has to look; null where it is not. */
export function unexpectedBuy(
  { expectedSats }: Pick<Intent, 'expectedSats'>,
  { tid, amountSats }: Pick<RemoteTrade, 'tid' | 'amountSats'>,
  tolerancePercent: number,
): string | null {
  const isExpected = !isBeyondTolerance(expectedSats, amountSats, tolerancePercent);
  if (amountSats > 0 && isExpected) return null;
  return (
    `Bitpro reports transaction ${tid} over ${formatBtc(amountSats)} BTC; at the rate that was reviewed it would ` +
    `have been ${formatBtc(expectedSats ?? 0)} BTC.`
  );
}

/** Confirmed only when the answer echoes amount and address (money-safety.md, confirmed). */
export function readWithdrawal(
  intent: Intent,
  outcome: Outcome<RemoteWithdrawal>,
  known: KnownBefore,
): IntentAnswer {
  return readOutcome(intent, outcome, ({ tid, createdAtMs, ...told }) => {
    const { amountSats, address, txId, state } = told;
    const answer = {
      receivedSats: amountSats,
      serverTxId: txId,
      serverState: state,
      namedTid: tid,
    };
    if (known.isKnown({ tid, createdAtMs })) return { ...answer, contradiction: repeated(tid) };
    if (mayBeNotExecuted({ state })) {
      const contradiction = `Bitpro took the request as transaction ${tid}, and calls that “${state ?? ''}”.`;
      return { ...answer, serverTid: tid, contradiction };
    }
    if (amountSats === intent.amountSats && address === intent.address) {
      return { ...answer, serverTid: tid };
    }
    const went = `${formatBtc(amountSats)} BTC to ${address}`;
    return {
      ...answer,
      serverTid: tid,
      contradiction: `Bitpro reports transaction ${tid} over ${went}, which is not what was asked.`,
    };
  });
}

export function readCreatedClient(
  intent: Intent,
  outcome: Outcome<RemoteClient>,
  known: KnownBefore,
): IntentAnswer {
  return readOutcome(intent, ofNewClient(outcome), ({ uid }) =>
    known.isClientKnown(uid)
      ? { contradiction: `Bitpro answered with client ${uid}, which is already listed here.` }
      : { clientUid: uid },
  );
}

/**
 * No error of the reference belongs to the creation of a client, and no history can be looked at after one: what
 * refuses it is that the request was not believed, and nothing else.
 */
function ofNewClient(outcome: Outcome<RemoteClient>): Outcome<RemoteClient> {
  if (outcome.kind !== 'rejected' || outcome.unsent === true) return outcome;
  const { code, message } = outcome.error;
  if (code === 'unauthorized' || code === 'clock_skew') return outcome;
  return { kind: 'unknown', reason: `Bitpro answered: ${message}` };
}

/** An intent whose answer was never seen. */
export function unanswered(intent: Intent, reason: string): IntentAnswer {
  return { ...nothingKnown(intent), state: 'unknown', reason };
}

/** What an operator is told of an answer that could not be written down, and why it could not. */
export function notKept(answer: IntentAnswer, { message }: AppError): string {
  const [why = ''] = /^[^.]*\./.exec(message) ?? [];
  return `${describeAnswer(answer)} ${why}`;
}

export function describeAnswer({ state, serverTid, clientUid, reason }: IntentAnswer): string {
  if (state === 'rejected') return `Bitpro refused it: ${reason ?? ''}`;
  if (state !== 'confirmed') return reason ?? '';
  return serverTid === null
    ? `Bitpro answered that it was carried out, as client ${clientUid ?? ''}.`
    : `Bitpro answered that it was carried out, as transaction ${serverTid}.`;
}

/** The reason of an intent that a person has to settle. */
export function needsPerson(why: string): string {
  return `${why} Compare with Bitpro. ${BLOCKED}`;
}

/** The empty answer: only whose intent it is stays. */
export function nothingKnown({ clientUid }: Intent) {
  return {
    clientUid,
    serverTid: null,
    receivedSats: null,
    serverTxId: null,
    serverState: null,
    namedTid: null,
    refusal: null,
  };
}

type Reading = Partial<IntentAnswer> & { contradiction?: string };

function readOutcome<T>(
  intent: Intent,
  outcome: Outcome<T>,
  readAccepted: (value: T) => Reading,
): IntentAnswer {
  const nothing = nothingKnown(intent);
  switch (outcome.kind) {
    case 'accepted': {
      const { contradiction, ...answer } = readAccepted(outcome.value);
      return contradiction === undefined
        ? { ...nothing, ...answer, state: 'confirmed', reason: null }
        : {
            ...nothing,
            ...answer,
            state: 'needs_human',
            reason: needsPerson(contradiction),
          };
    }
    case 'rejected':
      return {
        ...nothing,
        state: 'rejected',
        reason: outcome.error.message,
        refusal: outcome.unsent === true ? null : outcome.error.message,
      };
    case 'unknown':
      return unanswered(intent, `${UNKNOWN} ${withoutAdvice(outcome.reason)} ${BLOCKED}`);
    default:
      return assertNever(outcome);
  }
}

function repeated(tid: string): string {
  return `Bitpro answered with transaction ${tid}, which was there before this request.`;
}

/** What the transport says fits reads, too: those may be tried again, this must not. */
function withoutAdvice(reason: string): string {
  return reason.replace(/ (Check the network and try|Try) again\.$/, '');
}
