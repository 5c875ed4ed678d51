import type { Draft, Intent } from '#shared/domain/intent.ts';
import { parseBtc, parseUsd } from '#shared/money.ts';
import type { Desk } from './desk.ts';
import type { Random } from './random.ts';
import { satsAtPrice, type Service } from './service.ts';

/** Something the operator wants to happen once. */
export type Wish = {
  draft: Draft;
  isMeant: (intent: Intent) => boolean;
  /** The process in which the operator is busy with it. */
  busyWith: Desk | null;
};

const addresses = ['2MzCEdXEzBaxCJQAq8igw4pUP1NSGAgzsUr', '2NCJCpBM7ET6oExzzKfWBnFPq8h2Ni2k7Hk'];

/** Alike where they can be: few clients, addresses and amounts, never two equal ones. */
export function drawWishes(random: Random, uids: readonly string[]): Wish[] {
  const drafts = new Map<string, Draft>();
  const count = random.between(1, 3);
  while (drafts.size < count) {
    const draft = drawDraft(random, uids);
    drafts.set(JSON.stringify(draft), draft);
  }
  return [...drafts.values()].map((draft) => ({ draft, isMeant: meaning(draft), busyWith: null }));
}

/** Equal things that happened before: a history must not be taken for the outcome of what comes. */
export function haveHappenedBefore(
  random: Random,
  service: Service,
  wishes: readonly Wish[],
): void {
  for (const { draft } of wishes) {
    if (draft.kind === 'create_client' || random.chance(0.7)) continue;
    const { kind, clientUid } = draft;
    const address = kind === 'withdrawal' ? draft.address : '';
    const usd = kind === 'buy' ? parseUsd(draft.amountUsd) : null;
    const btc = kind === 'withdrawal' ? parseBtc(draft.amountBtc) : null;
    const usdCents = usd?.ok ? usd.value : 0;
    const amountSats = btc?.ok ? btc.value : satsAtPrice(usdCents);
    service.record({ kind, clientUid, address, usdCents, amountSats, intentId: null });
  }
}

function drawDraft(random: Random, uids: readonly string[]): Draft {
  const clientUid = random.pick(uids);
  switch (random.pick(['withdrawal', 'withdrawal', 'buy', 'create_client'] as const)) {
    case 'withdrawal': {
      const amountBtc = random.pick(['0.12', '0.13', '0.01', '90']);
      return {
        kind: 'withdrawal',
        clientUid,
        address: random.pick(addresses),
        amountBtc,
        reason: 'Paid twice a day',
      };
    }
    case 'buy':
      return { kind: 'buy', clientUid, amountUsd: random.pick(['1500', '15.5']) };
    case 'create_client':
      return { kind: 'create_client', label: random.pick(['Ada', 'Bob', 'Cyd']) };
  }
}

function meaning(draft: Draft): Wish['isMeant'] {
  switch (draft.kind) {
    case 'withdrawal': {
      const amount = parseBtc(draft.amountBtc);
      return (row) =>
        row.kind === 'withdrawal' &&
        row.clientUid === draft.clientUid &&
        row.address === draft.address &&
        amount.ok &&
        row.amountSats === amount.value;
    }
    case 'buy': {
      const amount = parseUsd(draft.amountUsd);
      return (row) =>
        row.kind === 'buy' &&
        row.clientUid === draft.clientUid &&
        amount.ok &&
        row.usdCents === amount.value;
    }
    case 'create_client':
      return (row) => row.kind === 'create_client' && row.label === draft.label;
  }
}
