import type { IntentReview } from '#shared/domain/intent.ts';
import { lettersKey } from '#shared/look-alike-names.ts';
import { centsForSats } from '#shared/money.ts';
import {
  findClientsByAddress,
  getRegisteredClient,
  listRegisteredClients,
} from '../storage/records/clients-repo.ts';
import type { JournaledIntent } from '../storage/records/intents-repo.ts';
import { factsFor, type MoneyContext } from './context.ts';
import { knownAddresses } from './address-book.ts';
import { approvalView } from './approvals.ts';
import { lookAlikeOf } from './payment-guards.ts';
import { refuseToSend, warningsFor } from './policy.ts';
import { reviewHash } from './review-hash.ts';

/** What the operator decides on, from the journaled row and what is known now. */
export function drawReview(context: MoneyContext, intent: JournaledIntent): IntentReview {
  const profile = context.profile();
  const { clock, reviewed } = context;
  reviewed.set(intent.id, { monotonicMs: clock.monotonicMs(), guardMs: clock.nowMs() });
  const facts = factsFor(context, intent);
  const { rate, clockOffsetMs } = context.rateStatus();
  const isWaiting = intent.state === 'journaled';
  const refusal = isWaiting ? refuseToSend(intent, facts) : null;
  // Said by `approval`, with the way to get it.
  const isApprovalMissing = refusal?.code === 'approval_needed';
  const known = knownAddresses(context.records);
  const { bookEntry } = facts.guards;
  const client =
    intent.clientUid === null ? null : getRegisteredClient(context.records, intent.clientUid);
  return {
    intent,
    reviewHash: reviewHash(intent, profile),
    profileName: profile.name,
    environment: profile.environment,
    clientLabel: intent.label ?? client?.label ?? '',
    balanceSats: facts.balanceSats,
    balanceAsOfMs:
      intent.clientUid === null ? null : (context.balanceOf(intent.clientUid)?.asOfMs ?? null),
    fiatCents:
      intent.amountSats !== null && rate
        ? centsForSats(intent.amountSats, rate.buyPriceCents)
        : null,
    rateObservedAtMs: intent.quoteObservedAtMs ?? rate?.observedAtMs ?? null,
    rateExpiresAtMs: intent.quoteExpiresAtMs,
    clockOffsetMs,
    warnings: isWaiting
      ? [
          ...(refusal && !isApprovalMissing ? [refusal.message] : []),
          ...warningsFor(intent, facts, known),
          ...ownAddressWarnings(context, intent),
          ...labelWarnings(context, client),
        ]
      : [],
    typedConfirmation: intent.kind === 'withdrawal' ? 'last_six' : null,
    bookLabel: bookEntry?.label ?? null,
    lookAlike:
      isWaiting && intent.address !== null && bookEntry === null
        ? lookAlikeOf(intent.address, known)
        : null,
    repeatReason: intent.repeatReason,
    approval: approvalView(context, intent, facts.guards.policy),
  };
}

/** Clients are told by their label: where another one bears it, or has it for a uid, the uid decides. */
function labelWarnings(
  { records }: Pick<MoneyContext, 'records'>,
  client: { uid: string; label: string } | null,
): string[] {
  if (client === null || client.label === '') return [];
  const key = lettersKey(client.label);
  const twin = listRegisteredClients(records).find(
    ({ uid, label }) =>
      uid !== client.uid &&
      (lettersKey(uid) === key || (label !== '' && lettersKey(label) === key)),
  );
  if (twin === undefined) return [];
  return [
    `Client ${twin.uid} has a label or uid like “${client.label}”. This request is of ${client.uid}.`,
  ];
}

/** What is paid to another client of this account comes back to it: nobody means that without knowing. */
function ownAddressWarnings(
  { records }: Pick<MoneyContext, 'records'>,
  { address, clientUid }: JournaledIntent,
): string[] {
  if (address === null) return [];
  return findClientsByAddress(records, address)
    .filter(({ uid }) => uid !== clientUid)
    .map(({ uid, label }) => {
      const name = label === '' ? uid : `“${label}” (${uid})`;
      return `This is the deposit address of your own client ${name}: the money would come back to Bitpro.`;
    });
}
