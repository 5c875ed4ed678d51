import { writeSync } from 'node:fs';
import { defaultApiOptions, type ProfileView } from '#shared/domain/profile.ts';
import type { Intent } from '#shared/domain/intent.ts';
import { openProfile } from '../../src/main/open-profile.ts';
import { createProfileDir } from '../../src/main/profiles/profile-dir.ts';
import { createSigner } from '../../src/main/secrets/signer.ts';
import { failingDisk } from '../simulation/disk.ts';
import { createRandom } from '../simulation/random.ts';

/**
 * A process that lives to be killed: the whole of an open profile, as the app composes it, with an operator who
 * never rests. Writes a line for every state it was told of, once it is told; dies by itself at a commit point.
 */
const [userData = '', baseUrl = '', apiKey = '', secret = '', clientUid = '', point = ''] =
  process.argv.slice(2);
const address = '2MzCEdXEzBaxCJQAq8igw4pUP1NSGAgzsUr';

const profile: ProfileView = {
  id: 'sandbox',
  name: 'Sandbox',
  environment: 'sandbox',
  builtIn: true,
  baseUrl,
  apiKey,
  explorerUrl: '',
  locked: false,
  enrolled: true,
  options: defaultApiOptions,
  active: true,
  network: 'testnet',
  secret: 'ready',
  settleDelayMinutes: null,
};

/** Straight into the pipe: what was told outlives the process. */
function tell({ id, state }: Pick<Intent, 'id' | 'state'>): void {
  writeSync(1, `${JSON.stringify({ id, state })}\n`);
}

const running = openProfile({
  paths: createProfileDir(userData, profile.id),
  baseUrl,
  profile: () => profile,
  signer: createSigner(secret),
  appVersion: 'crash-test',
  now: Date.now,
  actor: () => 'operator',
  emit: () => {},
  onDeposits: () => {},
  onFailure: () => {},
});
const lastAction = running.records
  .prepare<[], string>('SELECT action FROM audit ORDER BY seq DESC LIMIT 1')
  .pluck();
failingDisk(running.records, {
  random: createRandom(1),
  faultRate: () => 0,
  gate: (moment) => {
    if (`${moment}: ${lastAction.get() ?? ''}` === point) process.kill(process.pid, 'SIGKILL');
  },
});
running.start();

const { money } = running;
/** Every amount is used once, so that the service's ledger tells the intents apart. */
let amountSats = 5_000_000 + money.list({ openOnly: false }).length;
for (;;) {
  for (const intent of money.list({ openOnly: true })) {
    if (intent.state === 'journaled') await decide(intent);
  }
  amountSats += 1;
  const amountBtc = (amountSats / 100_000_000).toFixed(8);
  const review = await money.prepare({ kind: 'withdrawal', clientUid, address, amountBtc });
  tell(review.intent);
  await decide(review.intent);
}

async function decide({ id }: Intent): Promise<void> {
  const { reviewHash } = money.review(id);
  tell(await money.confirm({ id, reviewHash, typed: address.slice(-6) }));
}
