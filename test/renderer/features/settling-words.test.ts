import { expect, test } from 'vitest';
import type { Intent, Settling } from '#shared/domain/intent.ts';
import { settlingWords } from '../../../src/renderer/features/intents/settling-words.ts';

const unknown = { kind: 'withdrawal', state: 'unknown' } as const;
const nothingYet: Settling = {
  isLooking: false,
  nextLookAtMs: null,
  lastLookAtMs: null,
  problem: null,
  completeReadings: 0,
  settleDelayMinutes: null,
  candidates: [],
  refusal: null,
  lateAnswers: [],
};
const candidate = { tid: '7', amountSats: 1, createdAtMs: 1, address: null, state: null };

type Case = [Pick<Intent, 'kind' | 'state'>, Partial<Settling>, RegExp, RegExp];
const cases: Case[] = [
  [unknown, {}, /has not been read/, /a person settles it/],
  [unknown, { isLooking: true }, /has not been read/, /Reading the history now/],
  [unknown, { completeReadings: 1 }, /end once since, and does not show it/, /a person settles it/],
  [
    unknown,
    { completeReadings: 2, settleDelayMinutes: 30 },
    /2 times since/,
    /than 30 minutes after/,
  ],
  [
    unknown,
    { completeReadings: 2, problem: 'It lags.' },
    /counts for nothing: It lags/,
    /confirmed/,
  ],
  [
    { kind: 'buy', state: 'needs_human' },
    { completeReadings: 1, candidates: [candidate] },
    /1 transaction of this kind/,
    /not looked up by itself any more/,
  ],
  [{ kind: 'create_client', state: 'unknown' }, {}, /no list/, /a person settles it/],
];

test.each(cases)('%j, %j', (intent, changes, known, doing) => {
  const words = settlingWords(intent, { ...nothingYet, ...changes });
  expect(words.known).toMatch(known);
  expect(words.doing).toMatch(doing);
});
