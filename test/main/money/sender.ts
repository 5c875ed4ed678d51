import { defaultApiOptions } from '#shared/domain/profile.ts';
import { createBitproClient } from '../../../src/main/bitpro/client.ts';
import { createServerClock, machineClocks } from '../../../src/main/bitpro/clock.ts';
import { createMoney } from '../../../src/main/money/intents.ts';
import { knownHistory } from '../../../src/main/money/known-history.ts';
import { createSigner } from '../../../src/main/secrets/signer.ts';
import { openCache, openRecords } from '../../../src/main/storage/open.ts';

/** A process of its own that confirms one intent, for tests that kill it. */
const [path = '', baseUrl = '', secret = '', id = '', reviewHash = '', typed = ''] =
  process.argv.slice(2);

const clock = createServerClock(machineClocks());
const money = createMoney({
  records: openRecords(path),
  clock,
  known: knownHistory(openCache(`${path}.cache`, path)),
  client: createBitproClient({
    baseUrl,
    apiKey: 'M3175465',
    signer: createSigner(secret),
    clock,
    options: defaultApiOptions,
  }),
  profile: () => ({
    id: 'sandbox',
    name: 'Sandbox',
    environment: 'sandbox',
    network: 'testnet',
    locked: false,
    secret: 'ready',
  }),
  secretReady: async () => null,
  rateStatus: () => ({ rate: null, readAgoMs: null, clockOffsetMs: 0, lastError: null }),
  refreshRate: async () => {},
  balanceOf: () => null,
  unexplainedWithdrawals: () => [],
  now: Date.now,
  actor: () => 'alice',
  onChanged: () => {},
});
money.review(id);
await money.confirm({ id, reviewHash, typed });
