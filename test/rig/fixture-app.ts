import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, vi } from 'vitest';
import { startHost, type Host } from './host.ts';

const entry = join(import.meta.dirname, 'fixture', 'main.ts');

export type Started = Host & { printed: string[] };

/** Starts the fixture's app. */
export async function start(
  userDataDir: string,
  ...more: (string | NodeJS.ProcessEnv)[]
): Promise<Started> {
  const args = more.filter((value) => typeof value === 'string');
  const env = more.filter((value) => typeof value !== 'string');
  const printed: string[] = [];
  const host = await startHost({
    entry,
    args: [`--user-data-dir=${userDataDir}`, ...args],
    env: Object.assign({}, process.env, ...env),
    isHeadless: true,
    onOutput: (text) => void printed.push(text),
  });
  return { ...host, printed };
}

export async function quit(host: Host): Promise<number | null> {
  await host.evaluate('({ app }) => app.quit()', undefined).catch(() => {});
  return (await host.exited).code;
}

/** In the page's own world; the bridge's shape is the fixture's. */
export function inPage(page: Page, expression: string): Promise<unknown> {
  return page.evaluate(expression);
}

/** `page.waitForFunction` evaluates a string in the page, which the policy forbids. */
export async function waitFor(page: Page, expression: string): Promise<void> {
  await vi.waitUntil(() => inPage(page, expression).catch(() => false), { timeout: 10_000 });
}

const folders: string[] = [];
export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rig-'));
  folders.push(folder);
  return folder;
}
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));
