import { afterEach, expect, test, vi } from 'vitest';
import { intentStates, type Intent, type IntentState } from '#shared/domain/intent.ts';
import { fail, ok } from '#shared/errors.ts';
import { createDraftStore, settleDraft } from '../../../src/renderer/lib/drafts.ts';
import { installBridge } from './fake-bridge.ts';

const fields = { amountUsd: '1500' };

function intent(state: IntentState): Intent {
  return {
    id: 'i1',
    kind: 'buy',
    state,
    clientUid: 'BT-C1',
    usdCents: 150_000,
    amountSats: null,
    address: null,
    label: null,
    quotedPriceCents: null,
    expectedSats: null,
    attempts: 1,
    createdAtMs: 1,
    sentAtMs: 1,
    settledAtMs: null,
    serverTid: null,
    receivedSats: null,
    serverTxId: null,
    serverState: null,
    reason: 'Insufficient balance',
    settledBy: null,
    settleReason: null,
  };
}

function storeWithDraft() {
  const store = createDraftStore<typeof fields>();
  store.getState().put('BT-C1', { fields, intentId: 'i1', refused: null });
  return store;
}

afterEach(() => vi.unstubAllGlobals());

const mayHaveGone: IntentState[] = ['sent', 'confirmed', 'unknown', 'needs_human'];

test.each(intentStates)('a draft whose intent is %s', async (state) => {
  installBridge({ 'intents.get': () => ok(intent(state)) });
  const store = storeWithDraft();
  await settleDraft(store, 'BT-C1');
  const draft = store.getState().drafts['BT-C1'];
  // What may have been sent must not lie ready to be sent again.
  if (mayHaveGone.includes(state)) return expect(draft).toBeUndefined();
  expect(draft?.fields).toEqual(fields);
  expect(draft?.refused?.state).toBe(state === 'rejected' ? 'rejected' : undefined);
});

test('a draft stays when its intent cannot be read', async () => {
  installBridge({
    'intents.get': () => fail({ code: 'storage_failed', message: 'No.', retryable: true }),
  });
  const store = storeWithDraft();
  await settleDraft(store, 'BT-C1');
  expect(store.getState().drafts['BT-C1']?.fields).toEqual(fields);
});

test('what was typed meanwhile is not overwritten by a late answer', async () => {
  const typed = { fields: { amountUsd: '99' }, intentId: null, refused: null };
  const store = storeWithDraft();
  installBridge({
    'intents.get': () => {
      store.getState().put('BT-C1', typed);
      return ok(intent('confirmed'));
    },
  });
  await settleDraft(store, 'BT-C1');
  expect(store.getState().drafts['BT-C1']).toEqual(typed);
});
