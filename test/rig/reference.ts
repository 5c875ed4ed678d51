import { inWindow, system, windows } from './reference-system.ts';

/**
 * What each member of the rig's `electron` follows: the place in Electron's own documentation, and what shows it. A
 * row with `run` is evaluated in the main process of a running app and must give `gives` (or throw `throws`); the
 * others name the test that needs more than one line. The test holds this table against what the rig exports, and
 * against Electron's types, so that no member is made up.
 */
export type Row = { member: string; docs: string } & (
  { run: string; gives: unknown } | { run: string; throws: string } | { shownBy: string }
);

const app: Row[] = [
  {
    member: 'app.isPackaged',
    docs: 'app.md#appispackaged-readonly',
    run: '({ app }) => app.isPackaged',
    gives: false,
  },
  {
    member: 'app.name',
    docs: 'app.md#appname',
    run: '({ app }) => app.name',
    gives: 'rig-fixture',
  },
  {
    member: 'app.getName',
    docs: 'app.md#appgetname',
    run: '({ app }) => app.getName()',
    gives: 'rig-fixture',
  },
  {
    member: 'app.getVersion',
    docs: 'app.md#appgetversion',
    run: '({ app }) => app.getVersion()',
    gives: '1.2.3',
  },
  {
    member: 'app.getLocale',
    docs: 'app.md#appgetlocale',
    run: '({ app }) => app.getLocale()',
    gives: 'en-US',
  },
  {
    member: 'app.getAppPath',
    docs: 'app.md#appgetapppath',
    run: "({ app }) => app.getAppPath().endsWith('fixture')",
    gives: true,
  },
  {
    member: 'app.isReady',
    docs: 'app.md#appisready',
    run: '({ app }) => app.isReady()',
    gives: true,
  },
  {
    member: 'app.whenReady',
    docs: 'app.md#appwhenready',
    run: '({ app }) => app.whenReady()',
    gives: undefined,
  },
  {
    member: 'app.getPath',
    docs: 'app.md#appgetpathname',
    run: "({ app }) => app.getPath('sessionData') === app.getPath('userData')",
    gives: true,
  },
  {
    member: 'app.setPath',
    docs: 'app.md#appsetpathname-path',
    run: "({ app }) => app.setPath('userData', 'here')",
    throws: 'Path must be absolute',
  },
  {
    member: 'app.requestSingleInstanceLock',
    docs: 'app.md#apprequestsingleinstancelockadditionaldata',
    shownBy: 'lets one instance a folder run, and tells it of the second',
  },
  {
    member: 'app.releaseSingleInstanceLock',
    docs: 'app.md#appreleasesingleinstancelock',
    shownBy: 'gives the lock back when it is released',
  },
  {
    member: 'app.enableSandbox',
    docs: 'app.md#appenablesandbox',
    run: '({ app }) => app.enableSandbox()',
    throws: 'before app is ready',
  },
  {
    member: 'app.setAppUserModelId',
    docs: 'app.md#appsetappusermodelidid-windows',
    run: "({ app }) => app.setAppUserModelId('x.y')",
    gives: undefined,
  },
  {
    member: 'app.setAsDefaultProtocolClient',
    docs: 'app.md#appsetasdefaultprotocolclientprotocol-path-args',
    run: "({ app }) => app.setAsDefaultProtocolClient('bitcoin')",
    gives: true,
  },
  {
    member: 'app.commandLine',
    docs: 'app.md#appcommandline-readonly',
    run: '({ app }) => typeof app.commandLine',
    gives: 'object',
  },
  {
    member: 'app.commandLine.appendSwitch',
    docs: 'command-line.md#commandlineappendswitchswitch-value',
    run: "({ app }) => app.commandLine.appendSwitch('late')",
    throws: 'Chromium runs already',
  },
  {
    member: 'app.commandLine.hasSwitch',
    docs: 'command-line.md#commandlinehasswitchswitch',
    run: "({ app }) => [app.commandLine.hasSwitch('user-data-dir'), app.commandLine.hasSwitch('no-sandbox')]",
    gives: [true, false],
  },
  {
    member: 'app.commandLine.getSwitchValue',
    docs: 'command-line.md#commandlinegetswitchvalueswitch',
    run: "({ app }) => app.commandLine.getSwitchValue('absent')",
    gives: '',
  },
  {
    member: 'app.quit',
    docs: 'app.md#appquit',
    shownBy: 'starts and quits cleanly time after time, and quits when its window is closed',
  },
  {
    member: 'app.exit',
    docs: 'app.md#appexitexitcode',
    shownBy: 'exits at once with the code it is given',
  },
];

const pages: Row[] = [
  {
    member: 'ipcMain.handle',
    docs: 'ipc-main.md#ipcmainhandlechannel-listener',
    run: "({ ipcMain }) => ipcMain.handle('echo', () => 1)",
    throws: "second handler for 'echo'",
  },
  {
    member: 'ipcMain.removeHandler',
    docs: 'ipc-main.md#ipcmainremovehandlerchannel',
    run: "({ ipcMain }) => { ipcMain.removeHandler('nothing'); }",
    gives: undefined,
  },
  {
    member: 'ipcMain.on',
    docs: 'ipc-main.md#ipcmainonchannel-listener',
    shownBy: 'hears what the page sends without asking',
  },
  {
    member: 'Menu.buildFromTemplate',
    docs: 'menu.md#menubuildfromtemplatetemplate',
    run: "({ Menu }) => Menu.buildFromTemplate([{ role: 'nonsense' }])",
    throws: 'Unknown menu role',
  },
  {
    member: 'Menu.setApplicationMenu',
    docs: 'menu.md#menusetapplicationmenumenu',
    run: '({ Menu }) => { const menu = Menu.buildFromTemplate([]); Menu.setApplicationMenu(menu); return Menu.getApplicationMenu() === menu; }',
    gives: true,
  },
  {
    member: 'Menu.getApplicationMenu',
    docs: 'menu.md#menugetapplicationmenu',
    run: '({ Menu }) => { Menu.setApplicationMenu(null); return Menu.getApplicationMenu(); }',
    gives: null,
  },
  {
    member: 'Menu#getMenuItemById',
    docs: 'menu.md#menugetmenuitembyidid',
    run: "({ Menu }) => Menu.buildFromTemplate([{ label: 'a', submenu: [{ id: 'deep', label: 'b' }] }]).getMenuItemById('deep').label",
    gives: 'b',
  },
  {
    member: 'protocol.registerSchemesAsPrivileged',
    docs: 'protocol.md#protocolregisterschemesasprivilegedcustomschemes',
    run: '({ protocol }) => protocol.registerSchemesAsPrivileged([])',
    throws: 'once, before ready',
  },
  {
    member: 'protocol.handle',
    docs: 'protocol.md#protocolhandlescheme-handler',
    run: "({ protocol }) => protocol.handle('app', () => new Response(''))",
    throws: 'intercepted or handled',
  },
  {
    member: 'protocol.unhandle',
    docs: 'protocol.md#protocolunhandlescheme',
    run: "({ protocol }) => protocol.unhandle('other')",
    throws: 'not handled',
  },
  {
    member: 'protocol.isProtocolHandled',
    docs: 'protocol.md#protocolisprotocolhandledscheme',
    run: "({ protocol }) => protocol.isProtocolHandled('app')",
    gives: true,
  },
  {
    member: 'session.defaultSession',
    docs: 'session.md#sessiondefaultsession',
    run: inWindow('return window.webContents.session.protocol.isProtocolHandled("app")'),
    gives: true,
  },
  {
    member: 'session.fromPartition',
    docs: 'session.md#sessionfrompartitionpartition-options',
    shownBy: 'keeps a second session apart: its own rules, protocol and storage',
  },
  {
    member: 'Session#protocol',
    docs: 'session.md#sesprotocol-readonly',
    run: "({ session }) => session.fromPartition('p').protocol.isProtocolHandled('app')",
    gives: false,
  },
  {
    member: 'Session#setPermissionRequestHandler',
    docs: 'session.md#sessetpermissionrequesthandlerhandler',
    shownBy: 'asks the request handler, and grants everything without one',
  },
  {
    member: 'Session#setPermissionCheckHandler',
    docs: 'session.md#sessetpermissioncheckhandlerhandler',
    shownBy: 'asks the check handler what the page has',
  },
  {
    member: 'Session#setDevicePermissionHandler',
    docs: 'session.md#sessetdevicepermissionhandlerhandler',
    shownBy: 'refuses devices, which it does not model',
  },
  {
    member: 'Session#webRequest',
    docs: 'session.md#seswebrequest-readonly',
    run: "({ session }) => session.defaultSession.webRequest.onBeforeRequest({ urls: ['https://x/*'] }, null)",
    throws: 'filter with <all_urls>',
  },
];

export const reference: readonly Row[] = [...app, ...pages, ...system, ...windows];
