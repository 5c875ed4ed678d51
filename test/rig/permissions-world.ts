/** What the page is told of a permission; `text` is what the clipboard held. */
export type PermissionAnswer = { granted: boolean; text?: string };
export type PermissionAsk = {
  kind: 'request' | 'check';
  permission: string;
  /** Done by main once it is granted: a headless Chromium has no clipboard of the system's. */
  act?: { read: true } | { write: string };
};

/**
 * Has the session's handlers asked wherever Chromium would ask Electron for a permission (docs/api/session.md,
 * setPermissionRequestHandler and setPermissionCheckHandler). Runs in the page, sent there by source.
 */
export function guardPermissions(ask: (question: unknown) => Promise<unknown>): void {
  const askMain = async (question: PermissionAsk): Promise<PermissionAnswer> =>
    (await ask(question)) as PermissionAnswer;

  const demand = async (permission: string, what: string, act?: PermissionAsk['act']) => {
    const question: PermissionAsk = { kind: 'request', permission, ...(act ? { act } : {}) };
    const answer = await askMain(question);
    if (!answer.granted) throw new DOMException(`${what}: permission denied.`, 'NotAllowedError');
    return answer;
  };
  const unmodelled = (what: string): never => {
    throw new Error(`rig: ${what} is not modelled once it is granted`);
  };
  const replace = (owner: object | undefined, methods: Record<string, unknown>): void => {
    if (owner === undefined) return;
    for (const [name, value] of Object.entries(methods)) {
      Object.defineProperty(owner, name, { value, writable: true, configurable: true });
    }
  };
  const isRefused = (permission: string, what: string) => async (): Promise<never> => {
    await demand(permission, what);
    return unmodelled(what);
  };

  replace(navigator.clipboard, {
    writeText: async (text: string): Promise<void> => {
      await demand('clipboard-sanitized-write', 'Write', { write: text });
    },
    readText: async (): Promise<string> =>
      (await demand('clipboard-read', 'Read', { read: true })).text ?? '',
    write: isRefused('clipboard-sanitized-write', 'Clipboard.write'),
    read: isRefused('clipboard-read', 'Clipboard.read'),
  });
  replace(navigator.mediaDevices, {
    getUserMedia: isRefused('media', 'getUserMedia'),
    getDisplayMedia: isRefused('display-capture', 'getDisplayMedia'),
  });
  replace(navigator.geolocation, {
    getCurrentPosition: (_found: unknown, failed?: (error: object) => void): void => {
      void isRefused('geolocation', 'getCurrentPosition')().catch((error: Error) =>
        failed?.({ code: 1, message: error.message }),
      );
    },
    watchPosition: () => unmodelled('watchPosition'),
  });
  replace(navigator.permissions, {
    query: async ({ name }: { name: string }): Promise<object> => {
      const known: Record<string, string> = {
        'clipboard-write': 'clipboard-sanitized-write',
        camera: 'media',
        microphone: 'media',
      };
      const { granted } = await askMain({ kind: 'check', permission: known[name] ?? name });
      return Object.assign(new EventTarget(), { name, state: granted ? 'granted' : 'denied' });
    },
  });
  replace(globalThis.Notification, {
    requestPermission: async (): Promise<string> =>
      (await askMain({ kind: 'request', permission: 'notifications' })).granted
        ? 'granted'
        : 'denied',
  });
  for (const api of ['hid', 'usb', 'serial', 'bluetooth'] as const) {
    const devices = (navigator as unknown as Record<string, object | undefined>)[api];
    replace(devices, {
      requestDevice: () => Promise.reject(new Error(`rig: ${api} is not modelled`)),
      requestPort: () => Promise.reject(new Error(`rig: ${api} is not modelled`)),
    });
  }
}
