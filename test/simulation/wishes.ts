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

export const addresses = [
  '2MzCEdXEzBaxCJQAq8igw4pUP1NSGAgzsUr',
  '2NCJCpBM7ET6oExzzKfWBnFPq8h2Ni2k7Hk',
];

/** What a schedule is about. */
export type Plan = {
  wishes: Wish[];
  /** What somebody else does meanwhile; what is equal to a wish makes the app ask for a reason. */
  others: Draft[];
  /** The share of executions that somebody else repeats. */
  repeatRate: number;
  /** The share of executions that the service undoes. */
  undoRate?: number;
};

const labels = ['Ada', 'Bob', 'Cyd'];
const REPEAT_RATE = 0.05;

const themes = [
  'anything',
  'anything',
  'near buys',
  'near payments',
  'the same elsewhere',
  'the whole balance twice',
  'one that is undone',
  'new clients',
] as const;

/** Alike where they can be: few clients, addresses and amounts, never two equal ones. */
export function drawPlan(random: Random, uids: readonly string[]): Plan {
  switch (random.pick(themes)) {
    case 'anything':
      return { wishes: drawWishes(random, uids), others: [], repeatRate: REPEAT_RATE };
    case 'near buys': {
      // Each fits what is expected of the others. A repeated one would be any of them: nothing could tell.
      const clientUid = random.pick(uids);
      const buy = (amountUsd: string): Draft => ({ kind: 'buy', clientUid, amountUsd });
      const wishes = someOf(random, ['1500', '1510', '1530']).map(buy).map(wishFor);
      return { wishes, others: random.chance(0.3) ? [buy('2000')] : [], repeatRate: 0 };
    }
    case 'near payments': {
      const to = { clientUid: random.pick(uids), address: random.pick(addresses) };
      const pay = (amountBtc: string): Draft => ({ kind: 'withdrawal', ...to, amountBtc });
      const wishes = someOf(random, ['0.12', '0.13', '0.06']).map(pay).map(wishFor);
      const others = random.chance(0.5) ? [pay('0.07')] : [];
      return { wishes, others, repeatRate: REPEAT_RATE };
    }
    case 'the same elsewhere': {
      const clientUid = random.pick(uids);
      const pay = (address: string): Draft => ({
        kind: 'withdrawal',
        clientUid,
        address,
        amountBtc: '0.12',
      });
      const drafts = addresses.map(pay);
      const others = drafts.filter(() => random.chance(0.7));
      return { wishes: drafts.map(wishFor), others, repeatRate: 0 };
    }
    case 'the whole balance twice': {
      const clientUid = uids.at(-1) ?? '';
      const pay = (address: string): Draft => ({
        kind: 'withdrawal',
        clientUid,
        address,
        amountBtc: '0.4',
      });
      return { wishes: addresses.map(pay).map(wishFor), others: [], repeatRate: 0 };
    }
    case 'one that is undone': {
      const clientUid = random.pick(uids);
      const address = random.pick(addresses);
      const draft: Draft = { kind: 'withdrawal', clientUid, address, amountBtc: '0.12' };
      return { wishes: [wishFor(draft)], others: [], repeatRate: 0, undoRate: 0.8 };
    }
    case 'new clients': {
      const create = (label: string): Draft => ({ kind: 'create_client', label });
      const wishes = someOf(random, labels).map(create).map(wishFor);
      return { wishes, others: [], repeatRate: REPEAT_RATE };
    }
  }
}

function drawWishes(random: Random, uids: readonly string[]): Wish[] {
  const drafts = new Map<string, Draft>();
  const count = random.between(1, 3);
  while (drafts.size < count) {
    const draft = drawDraft(random, uids);
    drafts.set(JSON.stringify(draft), draft);
  }
  return [...drafts.values()].map(wishFor);
}

function wishFor(draft: Draft): Wish {
  return { draft, isMeant: meaning(draft), busyWith: null };
}

function someOf(random: Random, list: readonly string[]): string[] {
  const left = random.pick([null, ...list]);
  return list.filter((each) => each !== left);
}

/** Equal things that happened before: a history must not be taken for the outcome of what comes. */
export function haveHappenedBefore(
  random: Random,
  service: Service,
  wishes: readonly Wish[],
): void {
  const ago = () => random.pick([0, 10 * 60_000, 3_600_000, 48 * 3_600_000]);
  const ages = wishes.map(ago).toSorted((a, b) => b - a);
  ages.forEach((ageMs, index) => {
    const { draft } = wishes[index] ?? {};
    if (draft && random.chance(0.3)) doneByOthers(service, draft, ageMs);
  });
}

export function doneByOthers(service: Service, draft: Draft, ageMs = 0): void {
  if (draft.kind === 'create_client') return;
  const { kind, clientUid } = draft;
  const address = kind === 'withdrawal' ? draft.address : '';
  const usd = kind === 'buy' ? parseUsd(draft.amountUsd) : null;
  const btc = kind === 'withdrawal' ? parseBtc(draft.amountBtc) : null;
  const usdCents = usd?.ok ? usd.value : 0;
  const amountSats = btc?.ok ? btc.value : satsAtPrice(usdCents);
  const entry = { kind, clientUid, address, usdCents, amountSats, intentId: null };
  service.recordOfOthers(entry, ageMs);
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
      };
    }
    case 'buy':
      return { kind: 'buy', clientUid, amountUsd: random.pick(['1500', '15.5']) };
    case 'create_client':
      return { kind: 'create_client', label: random.pick(labels) };
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
