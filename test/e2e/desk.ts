import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { TestContext } from 'vitest';
import { formatBtc } from '#shared/money.ts';
import type { SandboxOptions } from '../../src/sandbox/options.ts';
import { startSandbox, type Sandbox, type SandboxHooks } from '../../src/sandbox/server.ts';
import { launchApp, type LaunchedApp } from './launch.ts';
import { connectAccount, createClient, type Connection } from './steps.ts';

export const merchant = {
  apiKey: 'e2e-merchant',
  secret: 'Zm9yIHRoaXMgdGVzdCBhbmQgbm90aGluZyBlbHNl',
};

export const ONE_BTC = 100_000_000;

/** A payee on testnet who is no client of the sandbox. */
export const PAYEE = 'mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn';

/** What a test started and what is to be done about it when it ends, however it ends. */
const endings: (() => Promise<unknown>)[] = [];
/** What it opened. */
const pages: Page[] = [];

/** Ends what was opened here, the latest first. For `afterAll`. */
export async function endAll(): Promise<void> {
  pages.length = 0;
  for (const end of endings.splice(0).toReversed()) await end();
}

/** For `afterEach`: the same, after a failure with what was on screen. */
export async function endTest({ task }: TestContext): Promise<void> {
  if (task.result?.state === 'fail') for (const page of pages) await printScreen(page);
  await endAll();
}

async function printScreen(page: Page): Promise<void> {
  const tree = await page.ariaSnapshot({ timeout: 2000 }).catch(String);
  console.log(`On the screen of the test that failed, ${page.url()}:\n${tree}`);
}

export function atEnd(end: () => Promise<unknown>): void {
  endings.push(end);
}

/** An empty service with one merchant, on a port of its own. Its rate holds for a day, so that none ends between two steps. */
export async function startServer(
  options: Partial<SandboxOptions & SandboxHooks> = {},
): Promise<Sandbox> {
  const sandbox = await startSandbox({
    merchants: [merchant],
    quoteMs: 24 * 3_600_000,
    ...options,
  });
  atEnd(sandbox.close);
  return sandbox;
}

export function connectionTo(baseUrl: string): Connection {
  return { baseUrl, apiKey: merchant.apiKey, secretKey: merchant.secret };
}

export async function newDataFolder(): Promise<string> {
  const userDataDir = await mkdtemp(join(tmpdir(), 'desk-'));
  atEnd(() => rm(userDataDir, { recursive: true, force: true }));
  return userDataDir;
}

/** Path of the records of the only profile that was connected. */
export function recordsIn(userDataDir: string): string {
  const [id = ''] = readdirSync(join(userDataDir, 'profiles'));
  return join(userDataDir, 'profiles', id, 'records.sqlite');
}

export type Desk = { app: LaunchedApp; page: Page };

export async function openDesk(userDataDir: string, env: NodeJS.ProcessEnv = {}): Promise<Desk> {
  const app = await launchApp({ userDataDir, env });
  atEnd(() => app.kill('SIGKILL'));
  const page = await app.firstWindow();
  // A step that waits longer than this has failed, and says on what it waited.
  page.setDefaultTimeout(15_000);
  pages.push(page);
  return { app, page };
}

/** A desk connected to `sandbox` by way of `baseUrl`, on the page of a client that owns one bitcoin. */
export async function openFundedDesk(
  userDataDir: string,
  sandbox: Sandbox,
  baseUrl = sandbox.url,
  env: NodeJS.ProcessEnv = {},
): Promise<Desk & { uid: string }> {
  const desk = await openDesk(userDataDir, env);
  await connectAccount(desk.page, connectionTo(baseUrl));
  const uid = await createClient(desk.page, 'Aster Books');
  sandbox.deposit(uid, ONE_BTC);
  confirmDeposits(sandbox);
  await refreshClient(desk.page);
  await balanceOf(desk.page, 'Balance', ONE_BTC);
  return { ...desk, uid };
}

/** Six confirmations, a minute each, as the sandbox counts by default. */
export function confirmDeposits(sandbox: Sandbox): void {
  sandbox.advance(6 * 60_000);
}

/** On a client's page. */
export async function refreshClient(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Refresh', exact: true }).click();
}

/** Waits until the client's page shows the figure. */
export async function balanceOf(
  page: Page,
  label: 'Balance' | 'Unconfirmed',
  sats: number,
): Promise<void> {
  const figure = page.getByRole('term').filter({ hasText: new RegExp(`^${label}$`) });
  await figure.locator('xpath=..').getByText(formatBtc(sats)).waitFor();
}

/** Which money requests reached the service, client creation left out. */
export function paymentsOf(sandbox: Sandbox): string[] {
  return sandbox
    .requests()
    .filter(({ method, path }) => method === 'POST' && !path.endsWith('/clients'))
    .map(({ path }) => path);
}

/** What is said beside a field by its accessible description, when it is marked as wrong; else empty. */
export async function errorBeside(page: Page, label: string): Promise<string> {
  return page.getByLabel(label, { exact: true }).evaluate((input) => {
    if (input.getAttribute('aria-invalid') !== 'true') return '';
    const ids = (input.getAttribute('aria-describedby') ?? '').split(' ');
    return ids.map((id) => document.getElementById(id)?.textContent ?? '').join(' ');
  });
}
