import type { Row } from './reference.ts';

const WINDOW = 'const [window] = BrowserWindow.getAllWindows();';

/** Runs in main with the first window at hand. */
export function inWindow(body: string): string {
  return `({ BrowserWindow }) => { ${WINDOW} ${body} }`;
}

export const system: Row[] = [
  {
    member: 'clipboard.writeText',
    docs: 'clipboard.md#clipboardwritetexttext',
    run: "async ({ clipboard }) => { await clipboard.writeText('w'); return clipboard.readText(); }",
    gives: 'w',
  },
  {
    member: 'clipboard.readText',
    docs: 'clipboard.md#clipboardreadtext',
    run: '({ clipboard }) => clipboard.readText() instanceof Promise',
    gives: true,
  },
  {
    member: 'clipboard.clear',
    docs: 'clipboard.md#clipboardclear',
    run: 'async ({ clipboard }) => { await clipboard.clear(); return clipboard.readText(); }',
    gives: '',
  },
  {
    member: 'dialog.showSaveDialog',
    docs: 'dialog.md#dialogshowsavedialogwindow-options',
    shownBy: 'refuses a dialog nobody scripted, and answers with one that is',
  },
  {
    member: 'dialog.showOpenDialog',
    docs: 'dialog.md#dialogshowopendialogwindow-options',
    run: '({ dialog }) => dialog.showOpenDialog({})',
    throws: 'unscripted',
  },
  {
    member: 'dialog.showMessageBox',
    docs: 'dialog.md#dialogshowmessageboxwindow-options',
    run: '({ dialog }) => dialog.showMessageBox({})',
    throws: 'unscripted',
  },
  {
    member: 'dialog.showErrorBox',
    docs: 'dialog.md#dialogshowerrorboxtitle-content',
    run: "({ dialog, rigRecord }) => { dialog.showErrorBox('a', 'b'); return rigRecord.errorBoxes.at(-1); }",
    gives: { title: 'a', content: 'b' },
  },
  {
    member: 'nativeTheme.themeSource',
    docs: 'native-theme.md#nativethemethemesource',
    shownBy: 'follows the theme the app chooses',
  },
  {
    member: 'nativeTheme.shouldUseDarkColors',
    docs: 'native-theme.md#nativethemeshouldusedarkcolors-readonly',
    run: "({ nativeTheme }) => { nativeTheme.themeSource = 'dark'; return nativeTheme.shouldUseDarkColors; }",
    gives: true,
  },
  {
    member: 'net.isOnline',
    docs: 'net.md#netisonline',
    run: '({ net }) => net.isOnline()',
    gives: true,
  },
  {
    member: 'powerMonitor.getSystemIdleTime',
    docs: 'power-monitor.md#powermonitorgetsystemidletime',
    run: '({ powerMonitor }) => powerMonitor.getSystemIdleTime()',
    gives: 0,
  },
  {
    member: 'powerMonitor.isOnBatteryPower',
    docs: 'power-monitor.md#powermonitorisonbatterypower',
    run: '({ powerMonitor }) => powerMonitor.isOnBatteryPower()',
    gives: false,
  },
  {
    member: 'screen.getAllDisplays',
    docs: 'screen.md#screengetalldisplays',
    run: '({ screen }) => screen.getAllDisplays().length',
    gives: 1,
  },
  {
    member: 'screen.getPrimaryDisplay',
    docs: 'screen.md#screengetprimarydisplay',
    run: '({ screen }) => screen.getPrimaryDisplay().scaleFactor',
    gives: 1,
  },
  {
    member: 'screen.getDisplayMatching',
    docs: 'screen.md#screengetdisplaymatchingrect',
    run: '({ screen }) => screen.getDisplayMatching({}).id',
    gives: 1,
  },
  {
    member: 'shell.openExternal',
    docs: 'shell.md#shellopenexternalurl-options',
    run: "async ({ shell, rigRecord }) => { await shell.openExternal('https://x/'); return rigRecord.opened.at(-1); }",
    gives: 'https://x/',
  },
  {
    member: 'shell.showItemInFolder',
    docs: 'shell.md#shellshowiteminfolderfullpath',
    run: "({ shell, rigRecord }) => { shell.showItemInFolder('/x'); return rigRecord.shownInFolder.at(-1); }",
    gives: '/x',
  },
  {
    member: 'Notification.isSupported',
    docs: 'notification.md#notificationissupported',
    run: '({ Notification }) => Notification.isSupported()',
    gives: true,
  },
  {
    member: 'Notification#show',
    docs: 'notification.md#notificationshow',
    shownBy: 'loses the click of a notification that nobody holds',
  },
  {
    member: 'Notification#close',
    docs: 'notification.md#notificationclose',
    run: "({ Notification }) => { let closed = 0; const n = new Notification(); n.on('close', () => (closed += 1)); n.close(); return closed; }",
    gives: 1,
  },
  {
    member: 'utilityProcess.fork',
    docs: 'utility-process.md#utilityprocessforkmodulepath-args-options',
    shownBy: 'runs a utility process of its own, talks to it and ends it',
  },
];

export const windows: Row[] = [
  {
    member: 'BrowserWindow.getAllWindows',
    docs: 'browser-window.md#browserwindowgetallwindows',
    run: '({ BrowserWindow }) => BrowserWindow.getAllWindows().length',
    gives: 1,
  },
  {
    member: 'BrowserWindow.fromWebContents',
    docs: 'browser-window.md#browserwindowfromwebcontentswebcontents',
    run: inWindow('return BrowserWindow.fromWebContents(window.webContents) === window'),
    gives: true,
  },
  {
    member: 'BrowserWindow.getFocusedWindow',
    docs: 'browser-window.md#browserwindowgetfocusedwindow',
    run: inWindow('return BrowserWindow.getFocusedWindow() === window'),
    gives: true,
  },
  {
    member: 'BrowserWindow.fromId',
    docs: 'browser-window.md#browserwindowfromidid',
    run: inWindow('return [BrowserWindow.fromId(window.id) === window, BrowserWindow.fromId(99)]'),
    gives: [true, null],
  },
  {
    member: 'BrowserWindow#id',
    docs: 'browser-window.md#winid-readonly',
    run: inWindow('return window.id'),
    gives: 1,
  },
  {
    member: 'BrowserWindow#webContents',
    docs: 'browser-window.md#winwebcontents-readonly',
    run: inWindow('return window.webContents === window.webContents'),
    gives: true,
  },
  {
    member: 'BrowserWindow#loadURL',
    docs: 'browser-window.md#winloadurlurl-options',
    shownBy: 'tells main the frame and the origin of a call',
  },
  {
    member: 'BrowserWindow#close',
    docs: 'browser-window.md#winclose',
    shownBy: 'throws at every use of a destroyed window, as Electron does',
  },
  {
    member: 'BrowserWindow#destroy',
    docs: 'browser-window.md#windestroy',
    shownBy: 'throws at every use of a destroyed window, as Electron does',
  },
  {
    member: 'BrowserWindow#isDestroyed',
    docs: 'browser-window.md#winisdestroyed',
    shownBy: 'throws at every use of a destroyed window, as Electron does',
  },
  {
    member: 'BrowserWindow#show',
    docs: 'browser-window.md#winshow',
    run: inWindow('window.hide(); window.show(); return window.isVisible()'),
    gives: true,
  },
  {
    member: 'BrowserWindow#hide',
    docs: 'browser-window.md#winhide',
    shownBy: 'tells a page that is hidden or minimised so',
  },
  {
    member: 'BrowserWindow#focus',
    docs: 'browser-window.md#winfocus',
    run: inWindow(
      'let heard = 0; window.once("focus", () => (heard += 1)); window.focus(); return heard',
    ),
    gives: 1,
  },
  {
    member: 'BrowserWindow#isVisible',
    docs: 'browser-window.md#winisvisible',
    run: inWindow('window.hide(); const was = window.isVisible(); window.show(); return was'),
    gives: false,
  },
  {
    member: 'BrowserWindow#isFocused',
    docs: 'browser-window.md#winisfocused',
    run: inWindow('return window.isFocused()'),
    gives: true,
  },
  {
    member: 'BrowserWindow#minimize',
    docs: 'browser-window.md#winminimize',
    shownBy: 'tells a page that is hidden or minimised so',
  },
  {
    member: 'BrowserWindow#restore',
    docs: 'browser-window.md#winrestore',
    shownBy: 'tells a page that is hidden or minimised so',
  },
  {
    member: 'BrowserWindow#isMinimized',
    docs: 'browser-window.md#winisminimized',
    run: inWindow('return window.isMinimized()'),
    gives: false,
  },
  {
    member: 'BrowserWindow#maximize',
    docs: 'browser-window.md#winmaximize',
    run: inWindow(
      'window.hide(); window.maximize(); return [window.isVisible(), window.isMaximized()]',
    ),
    gives: [true, true],
  },
  {
    member: 'BrowserWindow#unmaximize',
    docs: 'browser-window.md#winunmaximize',
    run: inWindow('window.unmaximize(); return window.isMaximized()'),
    gives: false,
  },
  {
    member: 'BrowserWindow#isMaximized',
    docs: 'browser-window.md#winismaximized',
    run: inWindow('return window.isMaximized()'),
    gives: false,
  },
  {
    member: 'BrowserWindow#setFullScreen',
    docs: 'browser-window.md#winsetfullscreenflag',
    run: inWindow(
      'window.setFullScreen(true); const is = window.isFullScreen(); window.setFullScreen(false); return is',
    ),
    gives: true,
  },
  {
    member: 'BrowserWindow#isFullScreen',
    docs: 'browser-window.md#winisfullscreen',
    run: inWindow('return window.isFullScreen()'),
    gives: false,
  },
  {
    member: 'BrowserWindow#getBounds',
    docs: 'browser-window.md#wingetbounds',
    run: inWindow('return window.getBounds()'),
    gives: { x: 0, y: 0, width: 900, height: 700 },
  },
  {
    member: 'BrowserWindow#getNormalBounds',
    docs: 'browser-window.md#wingetnormalbounds',
    run: inWindow('return window.getNormalBounds()'),
    gives: { x: 0, y: 0, width: 900, height: 700 },
  },
  {
    member: 'BrowserWindow#getSize',
    docs: 'browser-window.md#wingetsize',
    run: inWindow('return window.getSize()'),
    gives: [900, 700],
  },
  {
    member: 'BrowserWindow#setBounds',
    docs: 'browser-window.md#winsetboundsbounds-animate',
    run: inWindow(
      'window.setBounds({ width: 910 }); const size = window.getSize(); window.setBounds({ width: 900 }); return size',
    ),
    gives: [910, 700],
  },
  {
    member: 'BrowserWindow#setTitle',
    docs: 'browser-window.md#winsettitletitle',
    run: inWindow('window.setTitle("t"); return window.getTitle()'),
    gives: 't',
  },
  {
    member: 'BrowserWindow#getTitle',
    docs: 'browser-window.md#wingettitle',
    run: inWindow('window.setTitle("u"); return window.getTitle()'),
    gives: 'u',
  },
  {
    member: 'BrowserWindow#setBackgroundColor',
    docs: 'browser-window.md#winsetbackgroundcolorbackgroundcolor',
    run: inWindow('return window.setBackgroundColor("#fff")'),
    gives: undefined,
  },
  {
    member: 'BrowserWindow#setProgressBar',
    docs: 'browser-window.md#winsetprogressbarprogress-options',
    run: inWindow('return window.setProgressBar(0.5)'),
    gives: undefined,
  },
  {
    member: 'BrowserWindow#flashFrame',
    docs: 'browser-window.md#winflashframeflag',
    run: inWindow('return window.flashFrame(true)'),
    gives: undefined,
  },
  {
    member: 'WebContents#getURL',
    docs: 'web-contents.md#contentsgeturl',
    run: inWindow('return window.webContents.getURL()'),
    gives: 'app://bundle/index.html',
  },
  {
    member: 'WebContents#isDestroyed',
    docs: 'web-contents.md#contentsisdestroyed',
    run: inWindow('return window.webContents.isDestroyed()'),
    gives: false,
  },
  {
    member: 'WebContents#send',
    docs: 'web-contents.md#contentssendchannel-args',
    shownBy: 'sends events to the page until it stops listening',
  },
  {
    member: 'WebContents#reload',
    docs: 'web-contents.md#contentsreload',
    shownBy: 'says when a page’s process is gone, and loads it anew',
  },
  {
    member: 'WebContents#isCrashed',
    docs: 'web-contents.md#contentsiscrashed',
    run: inWindow('return window.webContents.isCrashed()'),
    gives: false,
  },
  {
    member: 'WebContents#forcefullyCrashRenderer',
    docs: 'web-contents.md#contentsforcefullycrashrenderer',
    shownBy: 'says when a page’s process is gone, and loads it anew',
  },
  {
    member: 'WebContents#setWindowOpenHandler',
    docs: 'web-contents.md#contentssetwindowopenhandlerhandler',
    shownBy: 'asks main before the page navigates or opens a window, and does neither',
  },
];
