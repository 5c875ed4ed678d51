import { randomUUID } from 'node:crypto';
import type { Draft } from '#shared/domain/intent.ts';
import { QUOTE_GOOD_FOR_MS, type Rate } from '#shared/domain/rate.ts';
import { AppError } from '#shared/errors.ts';
import { formatUsd, satsForCents } from '#shared/money.ts';
import { getRegisteredClient } from '../storage/records/clients-repo.ts';
import type { JournaledIntent, NewIntent } from '../storage/records/intents-repo.ts';
import { factsFor, type MoneyContext } from './context.ts';
import { readDraft, type Terms } from './drafts.ts';
import { refuseToJournal } from './policy.ts';

/** Reads, checks and journals a draft. The rate of a buy is read anew, since it will be acted on. */
export async function prepareIntent(context: MoneyContext, draft: Draft): Promise<JournaledIntent> {
  const terms = await readDraft(draft, context.profile().network);
  if (terms.kind !== 'create_client' && !getRegisteredClient(context.records, terms.clientUid)) {
    throw new AppError('not_found', 'This client is not listed in this profile. Add it first.');
  }
  const id = randomUUID();
  // First what can be told without the network, then again as things stand when the rate is there.
  const asked = journalRow(id, terms, null, context.now());
  check(context, asked);
  const rate = terms.kind === 'buy' ? await currentRate(context, id) : null;
  const intent = journalRow(id, terms, rate, context.now());
  check(context, intent);
  return context.journal.journal(intent);
}

function check(context: MoneyContext, intent: NewIntent): void {
  const refusal = refuseToJournal(intent, factsFor(context, intent));
  if (refusal) throw refusal;
}

type Quote = Pick<Rate, 'buyPriceCents' | 'observedAtMs'> & {
  guardMs: number;
  expiresAtMs: number;
};

/** A rate that has not ended on the server's clock; a failed reading is no matter while the last one holds. */
async function currentRate(context: MoneyContext, intentId: string): Promise<Quote> {
  const failure = await context.refreshRate('before_trade', intentId).then(
    () => null,
    (error: unknown) => error,
  );
  const { clock } = context;
  const { rate, readAgoMs, lastError } = context.rateStatus();
  if (rate && readAgoMs !== null) {
    const expiresAtMs = Math.min(
      rate.timeExpiresMs,
      clock.dateMs() - readAgoMs + QUOTE_GOOD_FOR_MS,
    );
    if (clock.dateMs() < expiresAtMs) {
      return { ...rate, expiresAtMs, guardMs: clock.nowMs() - readAgoMs };
    }
  }
  if (failure instanceof AppError) throw failure;
  throw new AppError(
    'rate_expired',
    `There is no current rate, so nothing can be bought now. ${lastError ?? 'Try again.'}`,
    { retryable: true, cause: failure },
  );
}

function journalRow(id: string, terms: Terms, rate: Quote | null, createdAtMs: number): NewIntent {
  return {
    id,
    kind: terms.kind,
    clientUid: terms.kind === 'create_client' ? null : terms.clientUid,
    usdCents: terms.kind === 'buy' ? terms.usdCents : null,
    amountSats: terms.kind === 'withdrawal' ? terms.amountSats : null,
    address: terms.kind === 'withdrawal' ? terms.address : null,
    label: terms.kind === 'create_client' ? terms.label : null,
    quotedPriceCents: rate?.buyPriceCents ?? null,
    quoteObservedAtMs: rate?.observedAtMs ?? null,
    quoteExpiresAtMs: rate?.expiresAtMs ?? null,
    quoteGuardMs: rate?.guardMs ?? null,
    expectedSats:
      terms.kind === 'buy' && rate ? expectedSats(terms.usdCents, rate.buyPriceCents) : null,
    createdAtMs,
    repeatReason: terms.kind === 'create_client' ? null : terms.repeatReason,
  };
}

function expectedSats(usdCents: number, priceCents: number): number {
  const sats = satsForCents(usdCents, priceCents);
  if (sats !== null) return sats;
  const price = `1 BTC = ${formatUsd(priceCents)} USD`;
  throw new AppError(
    'invalid_input',
    `At the current rate (${price}) this would be more than all bitcoin there will ever be. ` +
      'Check the amount and the rate.',
    { field: 'amountUsd' },
  );
}
