import { setTimeout } from 'node:timers/promises';
import type { Intent, IntentReview } from '#shared/domain/intent.ts';
import { defaultApiOptions } from '#shared/domain/profile.ts';
import type { ErrorDto } from '#shared/errors.ts';
import type { RequestInput, RequestName, RequestOutput } from '#shared/ipc/contract.ts';
import { toDecimal } from '#shared/money.ts';
import type { WindowlessApp } from '../rig/windowless.ts';
import type { Random } from '../simulation/random.ts';

/** On testnet, and no client of the service. */
const PAYEE = 'mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn';
/** How many of the requests found after a start are decided on; the others are left for later. */
const DECIDED_AT_START = 2;
const PAUSE_MS = 10;

type App = Pick<WindowlessApp, 'call'>;

/** The app refused what an operator may do. */
export class Refused extends Error {
  override readonly name = 'Refused';

  constructor(request: string, { code, message, field = '' }: ErrorDto) {
    super(`${request} was refused: ${code} ${field} ${message}`);
  }
}

/**
 * Asks, and asks again as long as the keychain is said not to have answered yet. Rejects when the process ends.
 * @throws Refused
 */
export async function ask<Name extends RequestName>(
  app: App,
  name: Name,
  input: RequestInput<Name>,
): Promise<RequestOutput<Name>> {
  for (;;) {
    const result = await app.call(name, input);
    if (result.ok) return result.value;
    if (result.error.code !== 'keychain_hung') throw new Refused(name, result.error);
    await setTimeout(PAUSE_MS);
  }
}

/** Connects an account and opens its profile, whose id this gives. */
export async function connect(
  app: App,
  account: { baseUrl: string; apiKey: string; secretKey: string; settleDelayMinutes: number },
): Promise<string> {
  const { settleDelayMinutes, ...connection } = account;
  const { id } = await ask(app, 'profiles.testAndSave', {
    ...connection,
    name: 'Crash',
    environment: 'sandbox',
    keepIn: 'keychain',
  });
  await ask(app, 'profiles.switch', { id });
  const options = defaultApiOptions;
  await ask(app, 'profiles.configure', { id, explorerUrl: '', options, settleDelayMinutes });
  return id;
}

/** Gives the new client's uid. */
export async function createClient(app: App, label: string): Promise<string> {
  const { intent, reviewHash } = await ask(app, 'intents.prepare', {
    kind: 'create_client',
    label,
  });
  const confirmation = { id: intent.id, reviewHash, typed: null };
  const { clientUid } = await ask(app, 'intents.confirm', confirmation);
  if (clientUid !== null) return clientUid;
  // Rejected unsent: the keychain had not answered yet.
  await setTimeout(PAUSE_MS);
  return await createClient(app, label);
}

export async function prepareWithdrawal(
  app: App,
  clientUid: string,
  amountSats: number,
): Promise<IntentReview> {
  const amountBtc = toDecimal(amountSats, 8);
  const draft = { kind: 'withdrawal', clientUid, address: PAYEE, amountBtc } as const;
  return await ask(app, 'intents.prepare', draft);
}

export type Work = {
  app: App;
  random: Random;
  clients: readonly string[];
  /** Id of the request that is never decided on, and so must never be sent. */
  undecided: string;
  /** Every amount is used once, so that the service's ledger tells the intents apart. */
  nextAmountSats: () => number;
  /** Right before something is confirmed, which alone is leave to send it. */
  onAsked: (intent: Intent) => void;
  /** The app has told what became of an intent. */
  onTold: (intent: Intent) => void;
};

/** Decides on what the start has shown, then pays until the process ends. */
export async function payWithoutRest(work: Work, shown: readonly Intent[]): Promise<never> {
  const { app, random, clients, undecided, nextAmountSats, onTold } = work;
  const waiting = shown.filter(({ id, state }) => state === 'journaled' && id !== undecided);
  for (const { id, clientUid } of waiting.slice(0, DECIDED_AT_START)) {
    if (await isSettled(app, clientUid)) {
      await decide(work, await ask(app, 'intents.review', { id }));
    }
  }
  for (;;) {
    const clientUid = random.pick(clients);
    if (!(await isSettled(app, clientUid))) continue;
    const review = await prepareWithdrawal(app, clientUid, nextAmountSats());
    onTold(review.intent);
    await decide(work, review);
  }
}

/** Who is careful pays nothing for a client whose last payment has no known outcome. */
async function isSettled(app: App, clientUid: string | null): Promise<boolean> {
  const open = await ask(app, 'intents.list', { openOnly: true });
  return open.every((intent) => intent.state === 'journaled' || intent.clientUid !== clientUid);
}

/** Mostly confirms, sometimes decides against it, and sometimes not yet. */
async function decide(work: Work, { intent, reviewHash }: IntentReview): Promise<void> {
  const { app, random, onAsked, onTold } = work;
  const { id } = intent;
  if (random.chance(0.1)) return;
  if (random.chance(0.1)) {
    onTold(await ask(app, 'intents.discard', { id }));
    return;
  }
  onAsked(intent);
  const typed = intent.address?.slice(-6) ?? null;
  onTold(await ask(app, 'intents.confirm', { id, reviewHash, typed }));
}

/** Has every outcome that is not known looked up, until a look counts or has settled it. */
export async function lookOnce(app: App, shown: readonly Intent[]): Promise<void> {
  const unknown = shown.filter(({ state }) => state === 'unknown');
  await Promise.all(
    unknown.map(async ({ id }) => {
      for (;;) {
        const status = await ask(app, 'intents.lookAgain', { id });
        if (status === null || status.problem === null) return;
        await setTimeout(PAUSE_MS);
      }
    }),
  );
}
