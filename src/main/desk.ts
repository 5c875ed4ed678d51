import { join } from 'node:path';
import { app, clipboard, protocol, session, type BrowserWindow } from 'electron';
import type { AppInfo, Notice, Settings } from '#shared/domain/app.ts';
import type { ProfileView } from '#shared/domain/profile.ts';
import { APP_ORIGIN, serveBundle } from './app/app-protocol.ts';
import { copyVerified } from './app/clipboard.ts';
import { askWhereToSave, askWhichFile } from './app/dialogs.ts';
import { openExternal, showInFolder } from './app/external.ts';
import { forkPractice } from './app/fork-practice.ts';
import { manageLifecycle, onSessionEnd, onWakeUp } from './app/lifecycle.ts';
import { createLog } from './app/log.ts';
import { installMenu, type MenuCommand } from './app/menu.ts';
import { notify } from './app/notifications.ts';
import { guardSession } from './app/session-guards.ts';
import { setTheme } from './app/theme.ts';
import { devServerUrl, focusWindow, openMainWindow } from './app/window.ts';
import { createCurrentProfile } from './current-profile.ts';
import { describeDeposits } from './deposit-notice.ts';
import { createEmit } from './ipc/emit.ts';
import { createHandlers } from './ipc/handlers.ts';
import { register } from './ipc/register.ts';
import { createProfileRecords } from './profiles/profile-records.ts';
import { createProfileSecrets } from './profiles/profile-secrets.ts';
import { openProfileStore } from './profiles/profile-store.ts';
import { createProfiles } from './profiles/profiles.ts';
import { openSettingsStore } from './profiles/settings-store.ts';
import { reportFileName } from './reports/report-file-name.ts';
import { forkKeychain } from './secrets/fork-keychain.ts';
import { createKeychain } from './secrets/keychain.ts';
import { isDamaged } from './storage/storage-error.ts';

const csvFiles = [{ name: 'CSV', extensions: ['csv'] }];

/** Composition of the app: the only place that wires things together. Called once, after `ready`. */
export function startDesk(): void {
  const userData = app.getPath('userData');
  const now = Date.now;
  const log = createLog(join(userData, 'logs', 'main.log'), now);
  /** Every failure comes by here, and damage of the databases with it. */
  const report = (event: string, error: unknown): void => {
    log(event, error);
    if (isDamaged(error)) void current.recheck().catch((failure) => log('recheck', failure));
  };
  const devServer = devServerUrl();
  let window: BrowserWindow | undefined;
  const emit = createEmit(() => (window?.isDestroyed() === false ? window.webContents : undefined));

  const earlyNotices: Notice[] = [];
  const stores = {
    directory: userData,
    now,
    onSetAside: ({ path, keptAs, reason }: { path: string; keptAs: string; reason: string }) => {
      log('set aside', reason);
      const text = `${path} could not be read and was kept as ${keptAs}. The app starts without it.`;
      earlyNotices.push({ tone: 'warning', title: 'A settings file was unreadable', text });
    },
  };
  const settings = openSettingsStore(stores);
  const store = openProfileStore(stores);
  const keychain = createKeychain({ fork: forkKeychain });
  const secrets = createProfileSecrets({ keychain, installationId: store.installationId });
  const profiles = createProfiles({
    store,
    secrets,
    records: createProfileRecords(userData),
    now,
  });
  const actor = (): string => settings.get().operator;

  const current = createCurrentProfile({
    userData,
    appVersion: app.getVersion(),
    now,
    actor,
    store,
    secrets,
    profiles,
    forkPractice,
    emit,
    onFailure: report,
    onDeposits: ({ records }, events) => {
      for (const notice of describeDeposits(records, events)) {
        emit('notice.shown', notice);
        notify({ title: notice.title, body: notice.text }, () => {
          if (window) focusWindow(window);
          emit('app.navigate', { to: '/history' });
        });
      }
    },
  });

  function info(): AppInfo {
    // The page listens by the time it asks.
    for (const notice of earlyNotices.splice(0)) emit('notice.shown', notice);
    const { platform } = process;
    return {
      version: app.getVersion(),
      platform: ['linux', 'darwin', 'win32'].includes(platform) ? platform : 'other',
      activeProfileId: store.activeId(),
      settings: settings.get(),
    } as AppInfo;
  }

  function saveSettings(next: Settings): Settings {
    const saved = settings.save(next);
    setTheme(saved.theme);
    return saved;
  }

  async function reopened<View extends ProfileView>(view: View): Promise<View> {
    await current.reopenIfCurrent(view.id);
    return view;
  }

  const handlers = createHandlers({
    now,
    info,
    actor,
    saveSettings,
    profiles,
    opened: () => current.opened(),
    switchProfile: (id) => current.switchTo(id),
    testAndSave: async (form) => reopened(await profiles.testAndSave(form)),
    renewKeys: async (keys) => reopened(await profiles.renewKeys(keys)),
    configure: async (input) => reopened(profiles.configure(input)),
    copyVerified: (text) => copyVerified(clipboard, text),
    openExternal,
    async askWhereToSave(request) {
      if (!window) return null;
      const { environment } = (await current.opened()).profile();
      const path = await askWhereToSave(window, {
        title: 'Export CSV',
        fileName: reportFileName(request, environment),
        filters: csvFiles,
      });
      return path ?? null;
    },
    async askWhichReport() {
      if (!window) return null;
      return (await askWhichFile(window, { title: 'Verify a report', filters: csvFiles })) ?? null;
    },
    showInFolder,
  });

  function open(): BrowserWindow {
    const opened = openMainWindow({
      preloadPath: join(import.meta.dirname, '../preload/index.cjs'),
      devServerUrl: devServer,
    });
    const origins = devServer === undefined ? [APP_ORIGIN] : [new URL(devServer).origin];
    register({ contents: opened.webContents, handlers, origins, report });
    onSessionEnd(opened, cleanUp);
    return opened;
  }

  async function cleanUp(): Promise<void> {
    await current.close();
    keychain.close();
  }

  function obey(command: MenuCommand): void {
    if (command === 'sync') {
      current.rooms().then(
        ({ sync }) => sync.runNow(),
        (error: unknown) => log('sync', error),
      );
    } else emit('app.navigate', { to: menuRoutes[command] });
  }

  setTheme(settings.theme());
  guardSession(session.defaultSession, devServer);
  serveBundle(protocol, join(import.meta.dirname, '../renderer'));
  current.resume();
  window = open();
  // Main is idle until the page asks for this first, and the first use of time zones takes 10 ms.
  setImmediate(() => settings.get());
  installMenu(obey);
  onWakeUp(() => {
    current.rooms().then(
      ({ sync, rates, money }) =>
        Promise.allSettled([sync.runNow(), rates.refresh('poll'), money.lookAtAll()]),
      (error: unknown) => log('wake up', error),
    );
  });
  manageLifecycle({
    onSecondInstance: () => window && focusWindow(window),
    onActivate: () => {
      if (window?.isDestroyed() !== false) window = open();
    },
    cleanUp,
  });
}

const menuRoutes: Record<Exclude<MenuCommand, 'sync'>, string> = {
  'export-report': '/reports',
  'show-overview': '/',
  'show-clients': '/clients',
  'show-history': '/history',
  'show-rates': '/rates',
  'show-settings': '/settings',
};
