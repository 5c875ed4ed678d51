import { AppError } from '#shared/errors.ts';
import { getRegisteredClient } from '../storage/records/clients-repo.ts';
import { listIntents, type JournaledIntent } from '../storage/records/intents-repo.ts';
import type { MoneyContext } from './context.ts';
import { readSince, type HistoryRead } from './history-reading.ts';
import { invalid } from './settle.ts';

export type FoundClient = { uid: string; depositAddress: string };

/** A client's own history cannot begin this long before it was made. */
const SLACK_MS = 15 * 60_000;
const NOTHING: HistoryRead = { rows: [], problem: null };

/**
 * The client that a person says was created: read from Bitpro, and neither listed here already nor older than the
 * request.
 * @throws AppError `invalid_input` (field `found`), or what reading failed with
 */
export async function findClient(
  { client, records, clock }: MoneyContext,
  intent: JournaledIntent,
  name: string,
): Promise<FoundClient> {
  if (name === '') throw invalid('found', 'Enter the uid that Bitpro gave the client.');
  const { uid, depositAddress } = await client.getClient(name);
  if (uid !== name) throw invalid('found', `Bitpro answered with another client, ${uid}.`);
  const isTaken = listIntents(records, { openOnly: false }).some(
    (other) => other.kind === 'create_client' && other.clientUid === uid,
  );
  if (isTaken) throw invalid('found', `${uid} came of another request.`);
  if (getRegisteredClient(records, uid)) {
    throw invalid(
      'found',
      `${uid} is listed here already, so it is not what this request created.`,
    );
  }
  const sentAtMs = (intent.sentAtMs ?? 0) + clock.offsetMs();
  const floorMs = sentAtMs - SLACK_MS;
  const { rows, problem } = await readSince(client, uid, { floorMs, knownTids: [] }).catch(
    (error: unknown) => {
      if (error instanceof AppError && error.code === 'not_found') return NOTHING;
      throw error;
    },
  );
  if (rows.some(({ createdAtMs }) => createdAtMs < floorMs)) {
    throw invalid('found', `${uid} is older than this request: its history was begun before.`);
  }
  if (problem !== null) throw new AppError('bad_response', `${problem} Try again.`);
  return { uid, depositAddress };
}
