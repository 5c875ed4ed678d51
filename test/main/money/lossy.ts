import { expect } from 'vitest';
import { verifyChain } from '../../../src/main/audit/chain.ts';
import type { RemoteTransaction } from '../../../src/main/bitpro/wire.ts';
import { ModelServer } from '../sync/model-server.ts';
import {
  CLIENT,
  DEPOSIT_ADDRESS,
  DESTINATION,
  NOW_MS,
  openDesk,
  review,
  service,
  WITHDRAWAL,
  type Desk,
} from './fixture.ts';

export const OURS = { type: 'withdrawal', amountSats: 12_000_000, address: DESTINATION } as const;
export const MINUTE_MS = 60_000;
/** The history has equal ones of today, so this one says why. */
export const AGAIN = { ...WITHDRAWAL, reason: 'Paid again on purpose' };
const LOST = { kind: 'unknown', reason: 'The connection was lost.' } as const;

const NEW_CLIENT = { balanceSats: 0, unconfirmedSats: 0 };

/** A server that loses every answer to a POST; the test says what it executed. */
export function lossy(rows = 3) {
  const model = new ModelServer();
  model.addClient(CLIENT);
  for (let n = 0; n < rows; n += 1) model.add(CLIENT, { ...OURS, createdAtMs: NOW_MS - MINUTE_MS });
  const lose = async () => LOST;
  const desk = openDesk(
    service({
      transactions: (...page) => model.transactions(...page),
      transaction: (...key) => model.transaction(...key),
      getClient: async (uid) => ({
        ...(model.histories.has(uid) ? await model.getClient(uid) : NEW_CLIENT),
        uid,
        depositAddress: DEPOSIT_ADDRESS,
      }),
      withdraw: lose,
      buy: lose,
      createClient: lose,
    }),
  );
  const executed = (changes: Partial<RemoteTransaction> = {}) =>
    model.add(CLIENT, { ...OURS, createdAtMs: NOW_MS + 1000, ...changes });
  return { model, desk, executed };
}

/** Confirms a draft whose answer is lost. */
export async function lost(
  desk: Desk,
  draft: Parameters<typeof review>[1] = AGAIN,
): Promise<string> {
  const { id, state } = await desk.money.confirm(await review(desk, draft));
  expect(state).toBe('unknown');
  return id;
}

/** After any of this: one POST, and an audit log that verifies. */
export function stateOf(desk: Desk, id: string): string {
  expect(verifyChain(desk.records).ok).toBe(true);
  expect(desk.client.posts).toHaveLength(1);
  return desk.money.get(id).state;
}
