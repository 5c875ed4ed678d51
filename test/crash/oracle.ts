import { intentStates, type Intent, type IntentState } from '#shared/domain/intent.ts';
import { parseBtc } from '#shared/money.ts';
import type { LedgerEntry } from '../../src/sandbox/controls.ts';
import type { KilledFiles } from './killed-files.ts';

export const violations = [
  /** The operator was told of it, and it is not in the records so. */
  'lost',
  /** Two POSTs for one intent, or two transactions. */
  'duplicates',
  /** A POST that nobody had asked for since the start of the process. */
  'unasked',
  /** Kept as never sent or as refused, but sent or executed. */
  'falseRejections',
  /** Settled otherwise than the service's ledger says. */
  'wrongEnds',
  /** integrity_check or the audit chain. */
  'damaged',
  /** Not shown again, without an end although the service is healthy, or a process that never came to its point. */
  'stuck',
] as const;
export type Violation = (typeof violations)[number];

type Told = Pick<Intent, 'state' | 'serverTid'>;

/** What may be found for a state that was told; anything else is lost. */
const keptAs: Partial<Record<IntentState, readonly IntentState[]>> = {
  journaled: intentStates,
  unknown: ['unknown', 'confirmed', 'cleared'],
};

/** Holds what the app told and kept against what the service received and executed. */
export function createOracle(ledger: () => LedgerEntry[]) {
  const findings = new Set<string>();
  const counts = Object.fromEntries(violations.map((name) => [name, 0])) as Record<
    Violation,
    number
  >;
  const told = new Map<string, Told>();
  const asked = new Set<number>();
  const posts = new Map<number, number>();
  /** As the last process left them. */
  let left: KilledFiles['intents'] = new Map();
  let isSetUp = false;
  let acknowledged = 0;
  let shownAgain = 0;
  let recovered = 0;

  /** The same thing is found again after each kill, and counts once. */
  function find(violation: Violation, what: string): void {
    const finding = `${violation}: ${what}`;
    if (findings.has(finding)) return;
    findings.add(finding);
    counts[violation] += 1;
  }

  function withdrawals(): Map<number, LedgerEntry[]> {
    const payments = ledger().filter(({ type }) => type === 'bitcoin_withdrawal');
    return Map.groupBy(payments, ({ amountSats }) => amountSats);
  }

  function judge(intent: Intent, executed: readonly LedgerEntry[]): void {
    const { id, state, amountSats, serverTid } = intent;
    const sent = posts.get(amountSats ?? 0) ?? 0;
    const [payment] = executed;
    if (sent > 1 || executed.length > 1) {
      find('duplicates', `${id}: ${sent} POSTs, ${executed.length} transactions`);
    }
    const isUnsent = state === 'journaled' || state === 'discarded';
    if ((isUnsent && sent > 0) || (state === 'rejected' && payment)) {
      find('falseRejections', `${id} is ${state}: ${sent} POSTs, ${executed.length} transactions`);
    }
    const isRight = state === 'confirmed' ? payment?.tid === serverTid : payment === undefined;
    if ((state === 'confirmed' || state === 'cleared') && !isRight) {
      find('wrongEnds', `${id} is ${state}, and the ledger has ${payment?.tid ?? 'nothing'}`);
    }
  }

  return {
    /** A process starts: what was asked of the one before is no leave for this one. */
    started: () => {
      isSetUp = true;
      asked.clear();
    },

    onAsked: ({ amountSats }: Intent) => void asked.add(amountSats ?? 0),

    onTold: ({ id, state, serverTid }: Intent): void => {
      acknowledged += 1;
      told.set(id, { state, serverTid });
    },

    onPost: (body: string): void => {
      // Clients are made before.
      if (!isSetUp) return;
      const amount = parseBtc(new URLSearchParams(body).get('amount') ?? '');
      const amountSats = amount.ok ? amount.value : 0;
      posts.set(amountSats, (posts.get(amountSats) ?? 0) + 1);
      if (!asked.has(amountSats)) find('unasked', `${amountSats} sats`);
    },

    /** What a start shows: nothing is sent any more, and what waits for a decision still does. */
    shown: (open: readonly Intent[]): void => {
      const states = new Map(open.map(({ id, state }) => [id, state]));
      for (const { id, state } of left.values()) {
        const now = states.get(id);
        if (state === 'journaled' && now === state) shownAgain += 1;
        if (state === 'sent' && now !== state) recovered += 1;
        const isShown = state === 'journaled' ? now === state : now !== 'sent';
        if (!isShown) find('stuck', `${id} was left as ${state} and is shown as ${now}`);
      }
    },

    /** After the end of a process; `surprise` says how it ended otherwise than meant. */
    check: ({ intents, damage }: KilledFiles, surprise: string | null): void => {
      if (surprise !== null) find('stuck', surprise);
      left = new Map([...intents].filter(([, { kind }]) => kind === 'withdrawal'));
      for (const each of damage) find('damaged', each);
      for (const [id, { state, serverTid }] of told) {
        const found = left.get(id);
        const isKept =
          found !== undefined &&
          (keptAs[state] ?? [state]).includes(found.state) &&
          (state !== 'confirmed' || found.serverTid === serverTid);
        if (!isKept) find('lost', `${id} was told as ${state} and is found as ${found?.state}`);
      }
      const executed = withdrawals();
      for (const intent of left.values()) {
        judge(intent, executed.get(intent.amountSats ?? 0) ?? []);
      }
      const known = new Set([...left.values()].map(({ amountSats }) => amountSats));
      for (const amountSats of [...posts.keys(), ...executed.keys()]) {
        if (!known.has(amountSats)) find('lost', `${amountSats} sats were sent without a row`);
      }
      // Only the last process may have left something as sent: each start makes the ones before unknown.
      const sent = [...left.values()].filter(({ state }) => state === 'sent');
      if (sent.length > 1) find('stuck', `${sent.length} intents are still sent`);
    },

    /** When the service was healthy for long enough: nothing is open but what waits for a decision. */
    checkEnds: (): void => {
      for (const { id, state, reason } of left.values()) {
        if (['sent', 'unknown', 'needs_human'].includes(state)) {
          find('stuck', `${id} ended as ${state}: ${reason}`);
        }
      }
    },

    results: () => ({
      counts: {
        /** States that the operator was told of. */
        acknowledged,
        /** How often a start showed something that waits for a decision. */
        shownAgain,
        /** How often a start found something sent, and showed it as unknown or already settled. */
        recovered,
        posts: [...posts.values()].reduce((sum, count) => sum + count, 0),
        executed: [...withdrawals().values()].flat().length,
        ...counts,
      },
      /** Intents by their last state. */
      ends: endsOf(left.values()),
      /** What went wrong, in words. */
      findings: [...findings].slice(0, 20),
    }),
  };
}

function endsOf(intents: Iterable<Intent>): Record<string, number> {
  const groups = Object.groupBy(intents, ({ state }) => state);
  return Object.fromEntries(Object.entries(groups).map(([state, { length }]) => [state, length]));
}
