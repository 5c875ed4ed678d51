import {
  Ban,
  CircleCheck,
  CircleHelp,
  CircleX,
  Clock,
  FlaskConical,
  GraduationCap,
  Landmark,
  SendHorizontal,
  TriangleAlert,
  type LucideIcon,
} from 'lucide-react';
import { FINAL_CONFIRMATIONS } from '#shared/domain/constants.ts';
import type { HistoryCoverage } from '#shared/domain/client.ts';
import type { Intent, IntentKind, IntentState } from '#shared/domain/intent.ts';
import type { ClientReconciliation } from '#shared/domain/overview.ts';
import type { Environment } from '#shared/domain/profile.ts';
import type { Transaction, TransactionType } from '#shared/domain/transaction.ts';
import { formatBtc } from '#shared/money.ts';
import { visibleText } from '#shared/text.ts';
import { formatCount, plural } from '../lib/format.ts';
import type { Tone } from './badge.tsx';

/** The words and tones of every state on screen, so that a thing is called the same everywhere. */
type Wording = { word: string; tone: Tone; icon?: LucideIcon };

export const environmentWords: Record<
  Environment,
  { word: string; explanation: string; icon: LucideIcon }
> = {
  practice: {
    word: 'PRACTICE',
    explanation: 'Built-in server. Nothing here is real money.',
    icon: GraduationCap,
  },
  sandbox: {
    word: 'SANDBOX',
    explanation: 'Bitcoin test network. Coins have no value.',
    icon: FlaskConical,
  },
  production: {
    word: 'PRODUCTION',
    explanation: 'Bitcoin main network. This is real money.',
    icon: Landmark,
  },
};

export const transactionTypeWords: Record<TransactionType, string> = {
  deposit: 'Deposit',
  buy: 'Buy',
  withdrawal: 'Withdrawal',
  unknown: 'Other',
};

export const intentKindWords: Record<IntentKind, string> = {
  buy: 'Buy',
  withdrawal: 'Withdrawal',
  create_client: 'New client',
};

const unkept: Wording & { icon: LucideIcon } = {
  word: 'Answer not kept',
  tone: 'danger',
  icon: TriangleAlert,
};

const intentStateWords: Record<IntentState, Wording & { icon: LucideIcon }> = {
  journaled: { word: 'Not sent yet', tone: 'warning', icon: Clock },
  sent: { word: 'Sending', tone: 'info', icon: SendHorizontal },
  confirmed: { word: 'Confirmed', tone: 'success', icon: CircleCheck },
  rejected: { word: 'Rejected', tone: 'danger', icon: CircleX },
  unknown: { word: 'Not known yet', tone: 'warning', icon: CircleHelp },
  cleared: { word: 'Did not go', tone: 'neutral', icon: CircleX },
  needs_human: { word: 'Needs a person', tone: 'danger', icon: TriangleAlert },
  discarded: { word: 'Discarded', tone: 'neutral', icon: Ban },
};

const notSeen: Wording & { icon: LucideIcon } = {
  word: 'Not in the history',
  tone: 'danger',
  icon: TriangleAlert,
};

/**
 * One that was sent and has a reason is no longer being sent: its answer could not be kept. One that is confirmed and
 * needs attention all the same is not done.
 */
export function intentStateWording({
  state,
  reason,
  attention,
}: Pick<Intent, 'state' | 'reason' | 'attention'>) {
  if (state === 'confirmed' && attention) return notSeen;
  return state === 'sent' && reason !== null ? unkept : intentStateWords[state];
}

type StateOf = Pick<Transaction, 'type' | 'state' | 'confirmations'>;

/** A state the reference does not name is shown as it came (api-readings.md, 13). */
export function transactionStateWording({ type, state, confirmations }: StateOf): Wording {
  if (type === 'deposit') {
    const count = confirmations ?? 0;
    return count >= FINAL_CONFIRMATIONS
      ? { word: 'Confirmed', tone: 'success' }
      : { word: `${count} of ${FINAL_CONFIRMATIONS}`, tone: 'warning' };
  }
  if (type === 'buy') return { word: 'Bought', tone: 'success' };
  if (state === 'processed') return { word: 'Processed', tone: 'success' };
  if (state === 'accepted') return { word: 'Accepted', tone: 'info' };
  if (state === 'pending') return { word: 'Pending', tone: 'warning' };
  return { word: visibleText(state ?? 'Not reported'), tone: 'neutral' };
}

/** How far the history on this machine reaches back without a gap; short in a column. */
export function coverageWords(
  { complete, completeToPage, asOfMs }: HistoryCoverage,
  isShort = false,
): string {
  if (complete) return 'Complete';
  const page = `page ${formatCount(completeToPage)}`;
  if (completeToPage > 0) return isShort ? `To ${page}` : `Complete to ${page}`;
  return asOfMs === null ? 'Not read yet' : 'Has gaps';
}

/** Why a client does not tie out, in a few words. */
export function whatDiffers(
  row: Pick<ClientReconciliation, 'differenceSats' | 'unknownRows'>,
): string {
  if (row.unknownRows > 0) {
    return `${plural(row.unknownRows, 'transaction')} of a type that this app does not know`;
  }
  const sats = row.differenceSats ?? 0;
  return `off by ${sats > 0 ? '+' : ''}${formatBtc(sats)} BTC`;
}
