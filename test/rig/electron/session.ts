import { EventEmitter } from 'node:events';
import { appState } from './app.ts';
import { modelled } from './modelled.ts';

type Handler = (request: Request) => Response | Promise<Response>;
type Details = { id: number; url: string; method: string; resourceType: string };
type BeforeRequest = (details: Details, callback: (response: { cancel?: boolean }) => void) => void;
type Asked = { requestingUrl: string; isMainFrame: boolean };
type OnRequest = (
  contents: object,
  permission: string,
  callback: (granted: boolean) => void,
  details: Asked,
) => void;
type OnCheck = (
  contents: object | null,
  permission: string,
  requestingOrigin: string,
  details: Asked,
) => boolean;

let areSchemesRegistered = false;
let lastRequestId = 0;

/** Schemes that are standard and secure; only these get an origin. */
export const privilegedSchemes = new Set<string>();

/** What a session has been told to do, for windows.ts; none of it can be seen from the app. */
type Rules = {
  handlers: Map<string, Handler>;
  beforeRequest: BeforeRequest | null;
  onRequest: OnRequest | null;
  onCheck: OnCheck | null;
};
const rulesOf = new WeakMap<object, Rules>();
const partitionOf = new WeakMap<object, string>();

function createSession(partition: string) {
  const rules: Rules = { handlers: new Map(), beforeRequest: null, onRequest: null, onCheck: null };
  const members = {
    protocol: createProtocol(rules),
    setPermissionRequestHandler: (handler: OnRequest | null): void => {
      rules.onRequest = handler;
    },
    setPermissionCheckHandler: (handler: OnCheck | null): void => {
      rules.onCheck = handler;
    },
    // No page of the rig reaches a device: worlds.ts refuses to ask for one.
    setDevicePermissionHandler: (_handler: unknown): void => {},
    webRequest: modelled('session.webRequest', {
      onBeforeRequest: (filter: { urls: string[] }, listener: BeforeRequest | null): void => {
        if (filter.urls.join() !== '<all_urls>') throw new Error('rig: filter with <all_urls>');
        rules.beforeRequest = listener;
      },
    }),
  };
  const created = modelled('session', Object.assign(new EventEmitter(), members));
  rulesOf.set(created, rules);
  partitionOf.set(created, partition);
  return created;
}
export type Session = ReturnType<typeof createSession>;

function createProtocol({ handlers }: Rules) {
  return modelled('protocol', {
    handle: (scheme: string, handler: Handler): void => {
      if (!privilegedSchemes.has(scheme)) throw new Error(`rig: ${scheme} is not privileged`);
      if (handlers.has(scheme)) {
        throw new Error(`The scheme has been intercepted or handled: ${scheme}`);
      }
      handlers.set(scheme, handler);
    },
    unhandle: (scheme: string): void => {
      if (!handlers.delete(scheme)) throw new Error(`The scheme is not handled: ${scheme}`);
    },
    isProtocolHandled: (scheme: string): boolean => handlers.has(scheme),
  });
}

const defaultSession = createSession('');
const partitions = new Map<string, Session>();

export const session = modelled('session', {
  get defaultSession(): Session {
    if (!appState.isReady()) throw new Error('Session can only be received when app is ready');
    return defaultSession;
  },
  fromPartition: (partition: string): Session => {
    if (!appState.isReady()) throw new Error('Session can only be received when app is ready');
    if (partition === '') return defaultSession;
    const known = partitions.get(partition) ?? createSession(partition);
    partitions.set(partition, known);
    return known;
  },
});

const { handle, unhandle, isProtocolHandled } = defaultSession.protocol;

/** The default session's; only here can schemes be registered. */
export const protocol = modelled('protocol', {
  handle,
  unhandle,
  isProtocolHandled,
  registerSchemesAsPrivileged: (
    schemes: { scheme: string; privileges?: { standard?: boolean; secure?: boolean } }[],
  ): void => {
    if (appState.isReady() || areSchemesRegistered) {
      throw new Error('protocol.registerSchemesAsPrivileged should be called once, before ready');
    }
    areSchemesRegistered = true;
    for (const { scheme, privileges } of schemes) {
      if (privileges?.standard !== true || privileges.secure !== true) {
        throw new Error('rig: only standard, secure schemes are modelled');
      }
      privilegedSchemes.add(scheme);
    }
  },
});

/** '' is the default session; `persist:` ones are kept on disk. */
export function partitionNameOf(of: Session): string {
  return partitionOf.get(of) ?? '';
}

function rules(of: Session): Rules {
  const found = rulesOf.get(of);
  if (found === undefined) throw new Error('rig: not a session');
  return found;
}

/** Without a handler Electron grants whatever a page asks for. */
export async function askForPermission(
  of: Session,
  contents: object,
  permission: string,
  details: Asked,
): Promise<boolean> {
  const { onRequest } = rules(of);
  if (onRequest === null) return true;
  const decision = Promise.withResolvers<boolean>();
  onRequest(contents, permission, decision.resolve, details);
  return await decision.promise;
}

export function hasPermission(
  of: Session,
  contents: object,
  permission: string,
  details: Asked & { origin: string },
): boolean {
  const { origin, ...asked } = details;
  return rules(of).onCheck?.(contents, permission, origin, asked) ?? true;
}

export async function isCancelled(of: Session, asked: Omit<Details, 'id'>): Promise<boolean> {
  const { beforeRequest } = rules(of);
  if (beforeRequest === null) return false;
  const decision = Promise.withResolvers<boolean>();
  const { url, method, resourceType } = asked;
  beforeRequest({ id: ++lastRequestId, url, method, resourceType }, ({ cancel }) =>
    decision.resolve(cancel === true),
  );
  return await decision.promise;
}

export function handlerFor(of: Session, scheme: string): Handler | undefined {
  return rules(of).handlers.get(scheme);
}
