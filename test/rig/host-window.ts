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
import {
  guardPermissions,
  type PermissionAnswer,
  type PermissionAsk,
} from './permissions-world.ts';
import { createMembrane, isolatedWorld, mainWorld } from './worlds.ts';

const WORLD = 'Electron Isolated Context';
const codec = createCodec();

/**
 * An argument of this size goes to the page at once. What is sent as the source of a script, or in one piece of
 * megabytes, stays in the page's heap long after it was used.
 */
const PART_CHARACTERS = 65_536;

type FromPreload =
  | { kind: 'invoke' | 'send'; id: number; channel: string; args: unknown[] }
  | { kind: 'ask'; id: number; question: PermissionAsk };
type HostLink = Link<HostCalls, MainCalls>;

export type HostWindow = {
  page: Page;
  windowId: number;
  schemes: readonly string[];
  /** True while a navigation that main asked for is under way. */
  isLoading: () => boolean;
  load: (url: string) => Promise<void>;
  reload: () => Promise<void>;
  send: (channel: string, args: unknown[]) => Promise<void>;
  setHidden: (isHidden: boolean) => Promise<void>;
  crash: () => Promise<void>;
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
    const text = codec.encode(message);
    const sent: Promise<unknown>[] = [];
    // All parts are on their way before the first is answered, so that those of two messages never mix.
    for (let at = 0; at < text.length; at += PART_CHARACTERS) {
      const part = text.slice(at, at + PART_CHARACTERS);
      const isLast = at + PART_CHARACTERS >= text.length;
      sent.push(
        cdp.send('Runtime.callFunctionOn', {
          functionDeclaration: 'function (name, part, isLast) { globalThis[name](part, isLast); }',
          arguments: [{ value: names.deliver }, { value: part }, { value: isLast }],
          executionContextId: context,
        }),
      );
    }
    // A page that has moved on or closed hears nothing more, as in Electron.
    await Promise.all(sent).catch(() => {});
  };

  cdp.on('Runtime.executionContextCreated', ({ context }) => {
    const isMainFrame = context.auxData?.['frameId'] === mainFrameId;
    if (context.name === WORLD && isMainFrame) contextId = context.id;
  });
  cdp.on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
    if (name !== names.binding) return;
    const asked = codec.decode(payload) as FromPreload;
    const frameUrl = toAppUrl(page.url(), schemes);
    if (asked.kind === 'ask') {
      void answerAsk(asked.question, frameUrl).then((answer) =>
        deliver(executionContextId, { kind: 'told', id: asked.id, answer }),
      );
      return;
    }
    const { kind, id, channel, args } = asked;
    const isMainFrame = executionContextId === contextId;
    const call = { windowId, isMainFrame, frameUrl, channel, args };
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
  const answerAsk = async (
    { kind, permission, act }: PermissionAsk,
    url: string,
  ): Promise<PermissionAnswer> => {
    const question = { windowId, permission, url };
    const granted = await link.call(`permission.${kind}`, question).catch(() => false);
    if (!granted || act === undefined) return { granted };
    if ('read' in act) return { granted, text: await link.call('clipboard.read') };
    await link.call('clipboard.write', { text: act.write });
    return { granted };
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

  const navigate = async (start: () => Promise<unknown>): Promise<void> => {
    loads += 1;
    try {
      await start();
    } finally {
      loads -= 1;
    }
  };

  return {
    page,
    windowId,
    schemes,
    isLoading: () => loads > 0,
    load: (url) => navigate(() => page.goto(toPageUrl(url, schemes), { waitUntil: 'commit' })),
    reload: () => navigate(() => page.reload({ waitUntil: 'commit' })),
    send: async (channel, args) => {
      if (contextId !== undefined) await deliver(contextId, { kind: 'event', channel, args });
    },
    setHidden: async (isHidden) => {
      // A headless page is always visible to Chromium: it is told, as Chromium would tell it.
      const expression = `(${showVisibility.toString()})(${isHidden})`;
      await cdp.send('Runtime.evaluate', { expression }).catch(() => {});
    },
    // Never answered: there is nobody left to answer.
    crash: async () => void cdp.send('Page.crash').catch(() => {}),
  };
}

/** Runs in the page (docs/api/browser-window.md, Page visibility). */
function showVisibility(isHidden: boolean): void {
  if (document.hidden === isHidden) return;
  const get = (value: unknown) => ({ get: () => value, configurable: true });
  Object.defineProperties(document, {
    hidden: get(isHidden),
    visibilityState: get(isHidden ? 'hidden' : 'visible'),
  });
  document.dispatchEvent(new Event('visibilitychange'));
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
    source: `{ ${tools} const guardPermissions = ${guardPermissions.toString()};
      (${mainWorld.toString()})('${names.handshake}', membraneOf, guardPermissions); }`,
  });
  await cdp.send('Page.addScriptToEvaluateOnNewDocument', {
    worldName: WORLD,
    source: `{ ${tools}
      const codec = (${createCodec.toString()})();
      const preload = function (require, module, exports) {${preload}\n};
      (${isolatedWorld.toString()})(${JSON.stringify(names)}, membraneOf, codec, preload); }`,
  });
}
