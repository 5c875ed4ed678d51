import { appState } from './app.ts';
import { host } from './host-link.ts';
import { createEvent, modelled } from './modelled.ts';
import type { NetDecision, NetRequest } from '../messages.ts';

type Handler = (request: Request) => Response | Promise<Response>;
type BeforeRequest = (
  details: { id: number; url: string; method: string; resourceType: string },
  callback: (response: { cancel?: boolean }) => void,
) => void;

const handlers = new Map<string, Handler>();
const guards = { request: false, check: false, device: false };
let beforeRequest: BeforeRequest | undefined;
let isRegistered = false;
let lastRequestId = 0;

/** Schemes that are standard and secure; only these get an origin. */
export const privilegedSchemes = new Set<string>();

export const protocol = modelled('protocol', {
  registerSchemesAsPrivileged: (
    schemes: { scheme: string; privileges?: { standard?: boolean; secure?: boolean } }[],
  ): void => {
    if (appState.isReady() || isRegistered) {
      throw new Error('protocol.registerSchemesAsPrivileged should be called once, before ready');
    }
    isRegistered = true;
    for (const { scheme, privileges } of schemes) {
      if (privileges?.standard !== true || privileges.secure !== true) {
        throw new Error('rig: only standard, secure schemes are modelled');
      }
      privilegedSchemes.add(scheme);
    }
  },
  handle: (scheme: string, handler: Handler): void => {
    if (!privilegedSchemes.has(scheme)) throw new Error(`rig: ${scheme} is not privileged`);
    if (handlers.has(scheme))
      throw new Error(`The scheme has been intercepted or handled: ${scheme}`);
    handlers.set(scheme, handler);
  },
  isProtocolHandled: (scheme: string): boolean => handlers.has(scheme),
});

export const session = modelled('session', {
  defaultSession: modelled('session.defaultSession', {
    protocol,
    setPermissionRequestHandler: (handler: unknown): void => {
      guards.request = typeof handler === 'function';
    },
    setPermissionCheckHandler: (handler: unknown): void => {
      guards.check = typeof handler === 'function';
    },
    setDevicePermissionHandler: (handler: unknown): void => {
      guards.device = typeof handler === 'function';
    },
    webRequest: modelled('session.webRequest', {
      onBeforeRequest: (filter: { urls: string[] }, listener: BeforeRequest): void => {
        if (filter.urls.join() !== '<all_urls>') throw new Error('rig: filter with <all_urls>');
        beforeRequest = listener;
      },
    }),
  }),
});

/** Electron would grant everything; Chromium under test grants nothing, so the omission must show here. */
export function assertGuarded(): void {
  if (!guards.request || !guards.check || !guards.device || beforeRequest === undefined) {
    throw new Error('rig: set the permission handlers and webRequest before opening a window');
  }
}

/** windows.ts answers whether the page may go there. */
export function decideRequests(
  navigate: (request: NetRequest, event: { preventDefault: () => void; url: string }) => void,
): void {
  host.answer({
    'net.request': async (request): Promise<NetDecision> => {
      if (request.isPageNavigation) {
        const event = createEvent({ url: request.url, isMainFrame: request.isMainFrame });
        navigate(request, event);
        if (event.defaultPrevented) return { action: 'abort' };
      }
      if (await isCancelled(request)) return { action: 'abort' };
      const scheme = request.url.slice(0, request.url.indexOf(':'));
      if (!privilegedSchemes.has(scheme)) return { action: 'continue' };
      const handler = handlers.get(scheme);
      return handler === undefined ? { action: 'abort' } : await answerFrom(handler, request);
    },
  });
}

async function isCancelled({ url, method, resourceType }: NetRequest): Promise<boolean> {
  if (beforeRequest === undefined) return false;
  const decision = Promise.withResolvers<boolean>();
  const details = { id: ++lastRequestId, url, method, resourceType };
  beforeRequest(details, ({ cancel }) => decision.resolve(cancel === true));
  return decision.promise;
}

async function answerFrom(handler: Handler, request: NetRequest): Promise<NetDecision> {
  const { url, method, headers } = request;
  const response = await handler(new Request(url, { method, headers: requestHeaders(headers) }));
  // Chromium takes a response without a type for HTML, and then refuses it as a script.
  const sent = { 'content-type': 'text/html', ...Object.fromEntries(response.headers) };
  const body = new Uint8Array(await response.arrayBuffer());
  return { action: 'answer', status: response.status, headers: sent, body };
}

/** Node's Request refuses the names that only a browser may set. */
function requestHeaders(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith(':')));
}
