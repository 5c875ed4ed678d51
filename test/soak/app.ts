import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { CDPSession, Page } from 'playwright-core';
import { root } from '../../scripts/paths.mjs';
import type { Result } from '#shared/errors.ts';
import type { Bridge } from '#shared/ipc/bridge.ts';
import type { RequestInput, RequestName, RequestOutput } from '#shared/ipc/contract.ts';
import type { WithClocks } from '../helpers/shifted-clock.ts';
import { startHost, type Host } from '../rig/host.ts';
import type { Sample, SoakHooks } from './samples.ts';

export type SoakedApp = Awaited<ReturnType<typeof startApp>>;

type WithHooks = typeof globalThis & { soak: SoakHooks };

/** The built app in its window, with the clock of its machine in our hands. */
export async function startApp(userData: string) {
  const printed: string[] = [];
  const host: Host = await startHost({
    entry: join(root, 'out/main/index.cjs'),
    args: [`--user-data-dir=${userData}`],
    env: process.env,
    isHeadless: true,
    preloads: [
      join(import.meta.dirname, '../helpers/shifted-clock.ts'),
      join(import.meta.dirname, 'app-preload.ts'),
    ],
    onOutput: (text) => void printed.push(text),
  });
  const page = await host.firstWindow();
  const pageErrors: string[] = [];
  page.on('pageerror', ({ message }) => pageErrors.push(message));
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable');

  const inMain = <Value>(
    run: (electron: typeof import('electron'), arg: number) => Value,
    arg = 0,
  ) => host.evaluate(run.toString(), arg) as Promise<Awaited<Value>>;

  return {
    page,
    pageErrors,
    printed: () => printed.join(''),
    /** @throws Error when the app refuses */
    ask: <Name extends RequestName>(name: Name, input: RequestInput<Name>) =>
      askThrough(page, name, input),
    /** The machine's clock is so far ahead of the truth from here on. */
    setClock: (aheadMs: number) =>
      inMain((_electron, wallAheadMs) => {
        (globalThis as WithClocks).setClocks({ wallAheadMs, monotonicAheadMs: 0 });
      }, aheadMs),
    /** The machine sleeps: main does nothing for so long, and is told before and after. */
    async sleep(sleeping: () => Promise<void>) {
      await inMain(({ powerMonitor }) => void powerMonitor.emit('suspend'));
      host.kill('SIGSTOP');
      try {
        await sleeping();
      } finally {
        host.kill('SIGCONT');
      }
      await inMain(({ powerMonitor }) => void powerMonitor.emit('resume'));
    },
    async sample(requests: number): Promise<Sample> {
      const held = await inMain(() => (globalThis as WithHooks).soak.sample());
      return {
        atMs: performance.now(),
        requests,
        ...held,
        ...ofProcess(host.pid),
        ...(await ofPage(cdp)),
      };
    },
    async quit() {
      await inMain(({ app }) => app.quit()).catch(() => {});
      await host.exited;
    },
    kill: () => host.kill('SIGKILL'),
  };
}

/** Bytes of all files of the log. */
export function logBytes(userData: string): number {
  const folder = join(userData, 'logs');
  return readdirSync(folder, { withFileTypes: true })
    .filter((file) => file.isFile())
    .reduce((sum, { name }) => sum + statSync(join(folder, name)).size, 0);
}

async function askThrough<Name extends RequestName>(
  page: Page,
  name: Name,
  input: RequestInput<Name>,
): Promise<RequestOutput<Name>> {
  const result = (await page.evaluate(
    ([request, given]) => {
      const { bitpro } = window as unknown as { bitpro: Bridge };
      return bitpro.invoke(request as string, given);
    },
    [name, input],
  )) as Result<RequestOutput<Name>>;
  if (result.ok) return result.value;
  const { code, message, field = '' } = result.error;
  throw new Error(`${name} was refused: ${code} ${field} ${message}`);
}

function ofProcess(pid: number): Pick<Sample, 'threads' | 'openFiles'> {
  if (process.platform !== 'linux') return { threads: null, openFiles: null };
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return {
    threads: Number(/^Threads:\s*(\d+)/m.exec(status)?.[1]),
    openFiles: readdirSync(`/proc/${pid}/fd`).length,
  };
}

async function ofPage(cdp: CDPSession) {
  await cdp.send('HeapProfiler.collectGarbage');
  const { metrics } = await cdp.send('Performance.getMetrics');
  const metric = (name: string) => metrics.find((each) => each.name === name)?.value ?? 0;
  return {
    pageHeapBytes: metric('JSHeapUsedSize'),
    pageListeners: metric('JSEventListeners'),
    pageNodes: metric('Nodes'),
  };
}
