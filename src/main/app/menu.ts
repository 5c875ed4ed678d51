import { app, Menu, type MenuItemConstructorOptions } from 'electron';
import { devServerUrl } from './window.ts';

/** What the menu can ask for; the composition root turns it into `app.navigate` events and calls. */
export type MenuCommand =
  | 'export-report'
  | 'sync'
  | 'show-overview'
  | 'show-history'
  | 'show-rates'
  | 'show-clients'
  | 'show-requests'
  | 'show-guards'
  | 'show-settings';

type Send = (command: MenuCommand) => void;

/** Replaces Electron's default menu, which has reload and developer tools. */
export function installMenu(send: Send): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(send)));
}

function menuTemplate(send: Send): MenuItemConstructorOptions[] {
  const isMac = process.platform === 'darwin';
  return [
    ...(isMac ? [macAppMenu(send)] : []),
    fileMenu(send, isMac),
    { role: 'editMenu' },
    viewMenu(send),
    { role: 'windowMenu' },
  ];
}

function macAppMenu(send: Send): MenuItemConstructorOptions {
  return {
    label: app.getName(),
    submenu: [
      { role: 'about' },
      { type: 'separator' },
      command(send, 'show-settings', 'Settings…', 'Cmd+,'),
      { type: 'separator' },
      { role: 'services' },
      { type: 'separator' },
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      { type: 'separator' },
      { role: 'quit' },
    ],
  };
}

function fileMenu(send: Send, isMac: boolean): MenuItemConstructorOptions {
  return {
    label: '&File',
    submenu: [
      command(send, 'export-report', 'Export report…', 'CmdOrCtrl+E'),
      ...(isMac
        ? []
        : ([
            { type: 'separator' },
            command(send, 'show-settings', 'Settings…', 'Ctrl+,'),
          ] satisfies MenuItemConstructorOptions[])),
      { type: 'separator' },
      { role: isMac ? 'close' : 'quit' },
    ],
  };
}

function viewMenu(send: Send): MenuItemConstructorOptions {
  const developer: MenuItemConstructorOptions[] =
    devServerUrl() === undefined
      ? []
      : [{ type: 'separator' }, { role: 'reload' }, { role: 'toggleDevTools' }];
  return {
    label: '&View',
    submenu: [
      command(send, 'show-overview', 'Overview', 'CmdOrCtrl+1'),
      command(send, 'show-clients', 'Clients', 'CmdOrCtrl+2'),
      command(send, 'show-history', 'History', 'CmdOrCtrl+3'),
      command(send, 'show-rates', 'Rates', 'CmdOrCtrl+4'),
      command(send, 'show-requests', 'Requests', 'CmdOrCtrl+7'),
      command(send, 'show-guards', 'Guards', 'CmdOrCtrl+8'),
      { type: 'separator' },
      command(send, 'sync', 'Fetch now', 'CmdOrCtrl+R'),
      { type: 'separator' },
      { role: 'resetZoom' },
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      { role: 'togglefullscreen' },
      ...developer,
    ],
  };
}

/** The id is the command, by which tests click an item. */
function command(
  send: Send,
  id: MenuCommand,
  label: string,
  accelerator?: string,
): MenuItemConstructorOptions {
  return {
    id,
    label,
    click: () => send(id),
    ...(accelerator === undefined ? {} : { accelerator }),
  };
}
