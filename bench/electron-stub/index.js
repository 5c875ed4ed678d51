/** Without the cost of making a module of it, which Electron does not have. */
const { writeSync } = process.getBuiltinModule('node:fs');

/**
 * Electron as far as the main bundle needs it to answer a page of history, for `start.main`: what the app asks of
 * Electron at its start is taken and forgotten, and as soon as it can be asked itself, it is.
 */
const silent = new Proxy(function silent() {}, {
  get: (_target, name) => (name === 'then' ? undefined : silent),
  apply: () => silent,
  construct: () => silent,
});

function standIn(known) {
  return new Proxy(known, { get: (target, name) => (name in target ? target[name] : silent) });
}

export const app = standIn({
  isPackaged: true,
  requestSingleInstanceLock: () => true,
  whenReady: () => Promise.resolve(),
  getPath: () => process.env.BENCH_USER_DATA,
  getName: () => 'Bitpro Desk',
  getVersion: () => '0.0.0',
  commandLine: { hasSwitch: () => false },
});

const mainFrame = { origin: 'app://bundle' };

async function askForRows(handler) {
  const sort = { by: 'time', descending: true };
  const query = { filter: {}, sort, after: null, limit: 100 };
  const answer = await handler({ senderFrame: mainFrame }, 'history.page', query);
  writeSync(1, answer.ok ? `${answer.value.rows.length} rows` : answer.error.message);
  process.exit(0);
}

export function BrowserWindow() {
  const ipc = { handle: (_channel, handler) => void askForRows(handler) };
  return standIn({ isDestroyed: () => false, webContents: standIn({ mainFrame, ipc }) });
}

export const screen = standIn({ getAllDisplays: () => [] });
export const nativeTheme = standIn({ shouldUseDarkColors: false });
export const clipboard = silent;
export const dialog = silent;
export const Menu = silent;
export const Notification = silent;
export const powerMonitor = silent;
export const protocol = silent;
export const session = silent;
export const shell = silent;
export const utilityProcess = silent;
