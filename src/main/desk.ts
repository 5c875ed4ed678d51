import { join } from 'node:path';
import { app, clipboard, protocol, session, type BrowserWindow } from 'electron';
import type { AppInfo, Notice, Settings } from '#shared/domain/app.ts';
import type { ProfileView } from '#shared/domain/profile.ts';
import { APP_ORIGIN, serveBundle } from './app/app-protocol.ts';
import { copyVerified } from './app/clipboard.ts';
import { askWhereToSave, askWhichFile } from './app/dialogs.ts';
import { openExternal, showInFolder } from './app/external.ts';
import { createDeskWindow } from './app/desk-window.ts';
import { tellOfCrash, watchPage, watchProcess } from './app/failures.ts';
import { forkPractice } from './app/fork-practice.ts';
import { manageLifecycle, onSessionEnd, onWakeUp } from './app/lifecycle.ts';
import type { Log } from './app/log.ts';
import { installMenu, type MenuCommand } from './app/menu.ts';
import { notify } from './app/notifications.ts';
import { guardSession } from './app/session-guards.ts';
import { setTheme } from './app/theme.ts';
import { devServerUrl, openMainWindow } from './app/window.ts';
import { createCurrentProfile } from './current-profile.ts';
import { describeDeposits } from './deposit-notice.ts';
import { createEmit } from './ipc/emit.ts';
import { createHandlers } from './ipc/handlers.ts';
import { register } from './ipc/register.ts';
import { createProfileRecords } from './profiles/profile-records.ts';
import { createProfileSecrets } from './profiles/profile-secrets.ts';
import { identityOf } from './profiles/records-identity.ts';
import { openProfileStore } from './profiles/profile-store.ts';
import { createProfiles } from './profiles/profiles.ts';
import { openSettingsStore } from './profiles/settings-store.ts';
import { reportFileName } from './reports/report-file-name.ts';
import { forkKeychain } from './secrets/fork-keychain.ts';
import { createKeychain } from './secrets/keychain.ts';
import { createLocalSeal } from './secrets/local-seal.ts';
import { isDamaged } from './storage/storage-error.ts';

const csvFiles = [{ name: 'CSV', extensions: ['csv'] }];

/** Composition of the app: the only place that wires things together. Called once, after `ready`. */
export function startDesk(log: Log, logPath: string): void {
  const userData = app.getPath('userData');
  const now = Date.now;
  /** Every failure comes by here, and damage of the databases with it. */
  const report = (event: string, error: unknown): void => {
    log(event, error);
    if (isDamaged(error)) void current.recheck().catch((failure) => log('recheck', failure));
  };
  const devServer = devServerUrl();
  const desk = createDeskWindow(open);
  const emit = createEmit(() => desk.current()?.webContents);

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
  const settings = openSettingsStore({
    ...stores,
    onUnknownZone(name) {
      const text = `The time zone "${name.slice(0, 60)}" is not known here, so times are shown in UTC. Choose a zone in Settings.`;
      earlyNotices.push({ tone: 'warning', title: 'Times are in UTC', text });
    },
  });
  const store = openProfileStore(stores);
  const keychain = createKeychain({
    fork: forkKeychain,
    seal: process.platform === 'win32' ? createLocalSeal(join(userData, 'seal.key')) : null,
  });
  const secrets = createProfileSecrets({ keychain, installationId: store.installationId });
  const profiles = createProfiles({
    store,
    secrets,
    records: createProfileRecords(userData),
    now,
    actor: () => settings.get().operator,
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
        const { notificationDetails } = settings.get();
        notify(
          { title: notice.title, body: notificationDetails ? notice.text : 'Open to see it.' },
          {
            click: () => showAt('/history'),
            failed: (reason) => log('notification', reason),
          },
        );
      }
    },
  });

  const lifecycle = manageLifecycle({
    onSecondInstance: () => desk.show(),
    onActivate: () => desk.show(),
    cleanUp,
    onFailure: onCleanUpFailed,
  });
  watchProcess(log, () => lifecycle.leave(1, () => tellOfCrash(logPath)));

  function info(): AppInfo {
    const chosen = settings.get();
    // The page listens by the time it asks.
    for (const notice of earlyNotices.splice(0)) emit('notice.shown', notice);
    const { platform } = process;
    return {
      version: app.getVersion(),
      platform: ['linux', 'darwin', 'win32'].includes(platform) ? platform : 'other',
      activeProfileId: store.activeId(),
      settings: chosen,
    } as AppInfo;
  }

  /** The log of the open profile names who does what: that the name changed stands in it, before it does. */
  async function noteOperator(before: string, after: string): Promise<void> {
    const opened = await current.opened().catch(() => null);
    if (opened?.records.isWritable !== true) return;
    (await opened.rooms()).guards.noteOperator(before, after);
  }

  async function saveSettings(next: Settings): Promise<Settings> {
    const before = actor();
    if (next.operator.trim() !== before) await noteOperator(before, next.operator.trim());
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
    cancelKeychain: () => keychain.cancel(),
    openExternal,
    async askWhereToSave(request) {
      const { records, profile } = await current.opened();
      const environment = identityOf(records)?.environment ?? profile().environment;
      const window = desk.current();
      if (!window) return null;
      const path = await askWhereToSave(window, {
        title: 'Export CSV',
        fileName: reportFileName(request, environment),
        filters: csvFiles,
      });
      return path ?? null;
    },
    async askWhichReport() {
      const window = desk.current();
      if (!window) return null;
      return (await askWhichFile(window, { title: 'Verify a report', filters: csvFiles })) ?? null;
    },
    showInFolder,
  });

  function open(place: string): BrowserWindow {
    const opened = openMainWindow({
      preloadPath: join(import.meta.dirname, '../preload/index.cjs'),
      devServerUrl: devServer,
      place,
    });
    const origins = devServer === undefined ? [APP_ORIGIN] : [new URL(devServer).origin];
    register({ contents: opened.webContents, handlers, origins, report });
    onSessionEnd(opened, { cleanUp, onFailure: onCleanUpFailed });
    watchPage(opened, log);
    return opened;
  }

  /** In the window, which is opened first where there is none. */
  function showAt(to: string): void {
    if (desk.current() !== undefined) emit('app.navigate', { to });
    desk.show(to);
  }

  function onCleanUpFailed(error: unknown): void {
    log('clean up', error);
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
    } else showAt(menuRoutes[command]);
  }

  setTheme(settings.theme());
  guardSession(session.defaultSession, devServer);
  serveBundle(protocol, join(import.meta.dirname, '../renderer'));
  current.resume();
  desk.show();
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
}

const menuRoutes: Record<Exclude<MenuCommand, 'sync'>, string> = {
  'export-report': '/reports',
  'show-overview': '/',
  'show-clients': '/clients',
  'show-history': '/history',
  'show-rates': '/rates',
  'show-requests': '/intents',
  'show-guards': '/guards',
  'show-settings': '/settings',
};
