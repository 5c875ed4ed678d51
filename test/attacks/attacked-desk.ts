import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished } from 'vitest';
import { root } from '../../scripts/paths.mjs';
import type { ClientView } from '#shared/domain/client.ts';
import type { Draft, Intent, IntentReview } from '#shared/domain/intent.ts';
import {
  defaultApiOptions,
  type ConnectionForm,
  type ProfileView,
} from '#shared/domain/profile.ts';
import type { ErrorDto, Result } from '#shared/errors.ts';
import type { RequestInput, RequestName, RequestOutput } from '#shared/ipc/contract.ts';
import type { WithClocks } from '../helpers/shifted-clock.ts';
import { startWindowless, type WindowlessApp } from '../rig/windowless.ts';
import { startServer, type Account, type AttackServer } from './server.ts';

/** A payee on the test network, who is no client. */
export const PAYEE = 'tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx';
export const OTHER_PAYEE = 'mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn';
export const ONE_BTC = 100_000_000;
const MINUTE_MS = 60_000;

export type Desk = Awaited<ReturnType<typeof openDesk>>;

export type Attack = { server: AttackServer; account: Account; desk: Desk };

/** The built app, connected to a server of ours, with one client of one bitcoin that was read to its end. */
export async function attack({
  sats = ONE_BTC,
  baseUrl,
  settleDelayMinutes = null,
}: {
  sats?: number;
  baseUrl?: (server: AttackServer) => string;
  settleDelayMinutes?: number | null;
} = {}): Promise<Attack> {
  const server = await startAttackServer();
  const account = server.createAccount(sats);
  const desk = await openDesk(server);
  await desk.connect({ baseUrl: baseUrl?.(server) ?? server.baseUrl, settleDelayMinutes });
  await desk.know(account);
  return { server, account, desk };
}

export async function startAttackServer(): Promise<AttackServer> {
  const server = await startServer();
  onTestFinished(server.close);
  return server;
}

/**
 * The built app without a window, asked over the page's own channel. `userData` to start again over what another
 * process has left.
 */
export async function openDesk(server: AttackServer, userData = newFolder()) {
  const printed: string[] = [];
  const app: WindowlessApp = startWindowless({
    entry: join(root, 'out/main/index.cjs'),
    args: [`--user-data-dir=${userData}`],
    env: process.env,
    preloads: [join(import.meta.dirname, '../helpers/shifted-clock.ts')],
    onOutput: (text) => void printed.push(text),
  });
  onTestFinished(async ({ task }) => {
    app.kill('SIGKILL');
    await app.exited;
    if (task.result?.state === 'fail') console.log(printed.join(''));
  });
  let clocks = { wallAheadMs: 0, monotonicAheadMs: 0 };

  /** Asks, and asks again while the keychain is said not to have answered yet. */
  async function result<Name extends RequestName>(
    name: Name,
    input: RequestInput<Name>,
  ): Promise<Result<RequestOutput<Name>>> {
    for (;;) {
      const answer = await app.call(name, input);
      if (answer.ok || answer.error.code !== 'keychain_hung') return answer;
      await sleep(20);
    }
  }

  async function ask<Name extends RequestName>(
    name: Name,
    input: RequestInput<Name>,
  ): Promise<RequestOutput<Name>> {
    const answer = await result(name, input);
    if (answer.ok) return answer.value;
    const { code, message, field = '' } = answer.error;
    throw new Error(`${name} was refused: ${code} ${field} ${message}`);
  }

  /** Why it was refused. */
  async function refusal<Name extends RequestName>(
    name: Name,
    input: RequestInput<Name>,
  ): Promise<ErrorDto> {
    const answer = await result(name, input);
    if (!answer.ok) return answer.error;
    throw new Error(`${name} was not refused: ${JSON.stringify(answer.value)}`);
  }

  const withdrawal = (account: Account, amountBtc: string, more: object = {}): Draft => ({
    kind: 'withdrawal',
    clientUid: account.uid,
    address: PAYEE,
    amountBtc,
    ...more,
  });

  async function confirm({ intent, reviewHash }: IntentReview): Promise<Result<Intent>> {
    const typed = intent.address?.slice(-6) ?? null;
    return result('intents.confirm', { id: intent.id, reviewHash, typed });
  }

  async function setClocks(next: typeof clocks): Promise<void> {
    clocks = next;
    await app.evaluate((_electron, given) => (globalThis as WithClocks).setClocks(given), next);
  }

  return {
    app,
    userData,
    result,
    ask,
    refusal,
    withdrawal,
    confirm,

    /** An own profile for the server, opened. */
    async connect(
      options: Partial<ConnectionForm> & { settleDelayMinutes?: number | null } = {},
    ): Promise<ProfileView> {
      const { settleDelayMinutes = null, ...form } = options;
      const view = await ask('profiles.testAndSave', { ...formFor(server), ...form });
      const opened = await ask('profiles.switch', { id: view.id });
      if (settleDelayMinutes !== null) {
        const { id } = view;
        const settings = { id, explorerUrl: '', options: defaultApiOptions, settleDelayMinutes };
        await ask('profiles.configure', settings);
      }
      return opened;
    },

    /** Takes up clients and reads them to their end. */
    async know(...accounts: Account[]): Promise<void> {
      const lines = accounts.map(({ uid }, index) => ({ uid, label: `Client ${index + 1}` }));
      await ask('clients.import', { lines });
      for (const { uid } of accounts) await ask('clients.refresh', { uid });
    },

    async client(account: Account): Promise<ClientView> {
      const view = (await ask('clients.list', {})).find(({ uid }) => uid === account.uid);
      if (view === undefined) throw new Error(`${account.uid} is not listed`);
      return view;
    },

    /** Reads all clients now, and waits for the end of it. */
    async readAll(): Promise<void> {
      await ask('sync.start', {});
      await expect
        .poll(async () => (await ask('sync.status', {})).running, { timeout: 20_000 })
        .toBe(false);
    },

    prepare: (account: Account, amountBtc: string, more: object = {}): Promise<IntentReview> =>
      ask('intents.prepare', withdrawal(account, amountBtc, more)),

    /** Prepares and confirms a withdrawal; throws when either is refused. */
    async pay(account: Account, amountBtc: string, more: object = {}): Promise<Intent> {
      const review = await ask('intents.prepare', withdrawal(account, amountBtc, more));
      const confirmed = await confirm(review);
      if (!confirmed.ok) throw new Error(`The payment was refused: ${confirmed.error.message}`);
      return confirmed.value;
    },

    /** By hand, with the word that is asked for where something differs. */
    async settleAsGone(id: string, found: string): Promise<void> {
      const decision = { id, decision: 'went', reason: 'Seen in the list', found } as const;
      const answer = await result('intents.settle', decision);
      if (answer.ok) return;
      const word = /“([^”]+)”/.exec(answer.error.message)?.[1] ?? '';
      await ask('intents.settle', { ...decision, typed: word });
    },

    get: (id: string): Promise<Intent> => ask('intents.get', { id }),

    async look(id: string): Promise<Intent> {
      await ask('intents.lookAgain', { id });
      return ask('intents.get', { id });
    },

    /** The clock of the machine is set, and nothing else passes. */
    setMachineClock: (wallAheadMs: number) => setClocks({ ...clocks, wallAheadMs }),

    /** Time passes for the machine and the service alike. */
    async pass(minutes: number): Promise<void> {
      const ms = minutes * MINUTE_MS;
      server.world.aheadMs += ms;
      const { wallAheadMs, monotonicAheadMs } = clocks;
      await setClocks({
        wallAheadMs: wallAheadMs + ms,
        monotonicAheadMs: monotonicAheadMs + ms,
      });
    },

    async quit(): Promise<void> {
      app.quit();
      await app.exited;
    },
  };
}

export function formFor({ baseUrl, apiKey, secret }: AttackServer): ConnectionForm {
  return {
    name: 'Attacked',
    environment: 'sandbox',
    baseUrl,
    apiKey,
    secretKey: secret,
    keepIn: 'keychain',
  };
}

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'attack-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
