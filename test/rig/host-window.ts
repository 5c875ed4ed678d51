import { randomUUID } from 'node:crypto';
import type { CDPSession, Page } from 'playwright-core';
import { createCodec } from './codec.ts';
import type { Link } from './link.ts';
import {
  toAppUrl,
  toPageUrl,
  type HostCalls,
  type MainCalls,
  type WindowOptions,
} from './messages.ts';
import { createMembrane, isolatedWorld, mainWorld } from './worlds.ts';

const WORLD = 'Electron Isolated Context';
const codec = createCodec();

type FromPreload = { kind: 'invoke' | 'send'; id: number; channel: string; args: unknown[] };
type HostLink = Link<HostCalls, MainCalls>;

export type HostWindow = {
  page: Page;
  windowId: number;
  schemes: readonly string[];
  /** True while a navigation that main asked for is under way. */
  isLoading: () => boolean;
  load: (url: string) => Promise<void>;
  send: (channel: string, args: unknown[]) => Promise<void>;
};

/** Makes a Chromium page a window of the app: preload in its isolated world, IPC, life-cycle events. */
export async function makeHostWindow(
  page: Page,
  { windowId, preload, schemes }: WindowOptions,
  link: HostLink,
): Promise<HostWindow> {
  const cdp = await page.context().newCDPSession(page);
  // New names each time, so that no page can come to rely on them.
  const names = { handshake: randomUUID(), binding: randomUUID(), deliver: randomUUID() };
  let contextId: number | undefined;
  let loads = 0;

  const deliver = async (context: number, message: unknown): Promise<void> => {
    const expression = `globalThis['${names.deliver}'](${JSON.stringify(codec.encode(message))})`;
    // A page that has moved on or closed hears nothing more, as in Electron.
    await cdp.send('Runtime.evaluate', { expression, contextId: context }).catch(() => {});
  };

  cdp.on('Runtime.executionContextCreated', ({ context }) => {
    const isMainFrame = context.auxData?.['frameId'] === mainFrameId;
    if (context.name === WORLD && isMainFrame) contextId = context.id;
  });
  cdp.on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
    if (name !== names.binding) return;
    const { kind, id, channel, args } = codec.decode(payload) as FromPreload;
    const isMainFrame = executionContextId === contextId;
    const call = { windowId, isMainFrame, frameUrl: toAppUrl(page.url(), schemes), channel, args };
    if (kind === 'send') void link.call('ipc.send', call).catch(() => {});
    else void answerInvoke(executionContextId, id, call);
  });
  const answerInvoke = async (
    context: number,
    id: number,
    call: Parameters<MainCalls['ipc.invoke']>[0],
  ): Promise<void> => {
    try {
      const value = await link.call('ipc.invoke', call);
      await deliver(context, { kind: 'settle', id, value });
    } catch (error) {
      const thrown = `Error invoking remote method '${call.channel}': ${String(error)}`;
      await deliver(context, { kind: 'settle', id, thrown });
    }
  };

  const { frameTree } = await cdp.send('Page.getFrameTree');
  const mainFrameId = frameTree.frame.id;
  await install(cdp, names, preload);

  page.on('load', () => {
    const loaded = { windowId, url: toAppUrl(page.url(), schemes) };
    // A main process that is killed meanwhile needs not hear of it.
    void link.call('window.loaded', loaded).catch(() => {});
  });
  page.on('crash', () => void link.call('window.crashed', { windowId }).catch(() => {}));

  return {
    page,
    windowId,
    schemes,
    isLoading: () => loads > 0,
    load: async (url) => {
      loads += 1;
      try {
        await page.goto(toPageUrl(url, schemes), { waitUntil: 'commit' });
      } finally {
        loads -= 1;
      }
    },
    send: async (channel, args) => {
      if (contextId !== undefined) await deliver(contextId, { kind: 'event', channel, args });
    },
  };
}

async function install(
  cdp: CDPSession,
  names: { handshake: string; binding: string; deliver: string },
  preload: string,
): Promise<void> {
  const tools = `const membraneOf = ${createMembrane.toString()};`;
  await cdp.send('Page.enable');
  await cdp.send('Runtime.enable');
  await cdp.send('Runtime.addBinding', { name: names.binding, executionContextName: WORLD });
  await cdp.send('Page.addScriptToEvaluateOnNewDocument', {
    source: `{ ${tools} (${mainWorld.toString()})('${names.handshake}', membraneOf); }`,
  });
  await cdp.send('Page.addScriptToEvaluateOnNewDocument', {
    worldName: WORLD,
    source: `{ ${tools}
      const codec = (${createCodec.toString()})();
      const preload = function (require, module, exports) {${preload}\n};
      (${isolatedWorld.toString()})(${JSON.stringify(names)}, membraneOf, codec, preload); }`,
  });
}
