import { formatBtc, formatUsd } from '#shared/money.ts';
import type { Intent, IntentKind } from '#shared/domain/intent.ts';
import type { Tone } from '../badge.tsx';

/** What is known about an intent, and what happens next; the two are never mixed. */
export type IntentWording = { tone: Tone; title: string; known: string; next: string };

const nouns: Record<IntentKind, string> = {
  buy: 'buy',
  withdrawal: 'withdrawal',
  create_client: 'new client',
};

/** `0.25000000 BTC`, `1,500.00 USD`, or the label of the client to be created. */
export function intentSubject(intent: Intent): string {
  if (intent.kind === 'buy') return `${formatUsd(intent.usdCents ?? 0)} USD`;
  if (intent.kind === 'withdrawal') return `${formatBtc(intent.amountSats ?? 0)} BTC`;
  return intent.label === null || intent.label === '' ? 'No label' : intent.label;
}

const confirmedTitles: Record<IntentKind, string> = {
  buy: 'Bought',
  withdrawal: 'Withdrawal accepted',
  create_client: 'Client created',
};

const confirmedNext: Record<IntentKind, string> = {
  buy: 'The balance and the history of the client follow with the next reading.',
  withdrawal:
    'Bitpro sends it to the network. Its state is updated with each reading of the history.',
  create_client: 'The client is in the list and can be used.',
};

const rejectedKnown: Record<IntentKind, string> = {
  buy: 'Nothing was bought. No money has moved.',
  withdrawal: 'Nothing was sent to the address. No money has moved.',
  create_client: 'No client was created.',
};

const settled = 'Nothing remains to be done.';

/** Main's reason without the sentences that title and next step say already; null when nothing is left. */
export function reasonOf({ reason }: Intent): string | null {
  const own = (reason ?? '')
    .replace('We don’t know yet whether it went.', '')
    .replace('The request was sent.', '')
    .replace('Compare with Bitpro.', '')
    .replace('Until that is settled, nothing equal can be sent.', '')
    .trim();
  return own === '' ? null : own;
}

/** One wording for each state, after money-safety.md. */
export function describeIntent(intent: Intent): IntentWording {
  const noun = nouns[intent.kind];
  const movesMoney = intent.kind !== 'create_client';
  switch (intent.state) {
    case 'journaled':
      return {
        tone: 'info',
        title: 'Waits for your decision',
        known: `This ${noun} is written down on this machine. Nothing has been sent.`,
        next: 'Review it and confirm, or discard it.',
      };
    case 'sent':
      if (intent.reason !== null) return unkept(noun);
      return {
        tone: 'info',
        title: 'Sent, waiting for the answer',
        known: `The request for this ${noun} has left this machine.`,
        next: 'The answer usually comes within seconds. It is not sent a second time.',
      };
    case 'confirmed':
      if (intent.attention) return attended(noun, intent.attention);
      return {
        tone: 'success',
        title: confirmedTitles[intent.kind],
        known:
          intent.settledBy === null
            ? `Bitpro confirmed this ${noun}.`
            : `${intent.settledBy} found out that this ${noun} was carried out.`,
        next: confirmedNext[intent.kind],
      };
    case 'rejected':
      return {
        tone: 'danger',
        title: 'Not carried out',
        known: rejectedKnown[intent.kind],
        next: 'Mend what was refused and start again.',
      };
    case 'unknown':
      return movesMoney ? unknownMoney(noun) : unknownClient();
    case 'cleared':
      return {
        tone: 'neutral',
        title: 'It did not go',
        known:
          intent.settledBy === null
            ? `The history was read twice to its end, and this ${noun} is not in it.`
            : `${intent.settledBy} found out that this ${noun} was not carried out.`,
        next: 'An equal one may be started again.',
      };
    case 'needs_human':
      return {
        tone: 'danger',
        title: 'Needs a person',
        known: `What Bitpro answered and this ${noun} do not fit together.`,
        next: 'Compare what is below with Bitpro’s own records, then settle it by hand. Until then no equal one can be sent.',
      };
    case 'discarded':
      return {
        tone: 'neutral',
        title: 'Discarded',
        known: 'It was discarded before anything was sent.',
        next: settled,
      };
  }
}

/** Bitpro said that it went, and something speaks against it. */
function attended(noun: string, attention: string): IntentWording {
  return {
    tone: 'danger',
    title: 'Bitpro confirmed it, and it has to be looked at',
    known: attention,
    next: `Do not repeat this ${noun}. As soon as a reading of the history shows it, this notice goes.`,
  };
}

/** Nobody waits for its answer any more, and what became of it is not in the journal. */
function unkept(noun: string): IntentWording {
  return {
    tone: 'danger',
    title: 'It may have been carried out, and that could not be written down',
    known: `The request for this ${noun} was sent once. What became of it is not in the records of this machine.`,
    next: 'Do not repeat it, here or elsewhere. Note what is said above. Once the disk can be written again, restart Bitpro Desk: it is then settled by what Bitpro knows of it.',
  };
}

function unknownMoney(noun: string): IntentWording {
  return {
    tone: 'warning',
    title: 'We don’t know yet whether it went',
    known: `The request was sent once, and no answer came that can be relied on. This ${noun} may have been carried out, or not.`,
    next: 'Until that is settled, no equal one can be sent here. Do not repeat it elsewhere.',
  };
}

function unknownClient(): IntentWording {
  return {
    tone: 'warning',
    title: 'We don’t know yet whether it went',
    known:
      'The request was sent once, and no answer came that can be relied on. The client may exist at Bitpro.',
    next: 'The API has no list of clients to look it up in. Ask Bitpro for the uid of a client made at the time below, and settle this by hand.',
  };
}
