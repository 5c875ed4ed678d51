import { describe, expect, it } from 'vitest';
import { dataFolder } from '../../../src/main/app/data-folder.ts';
import { refusedSwitches } from '../../../src/main/app/refused-switches.ts';

describe('switches that open the window to others', () => {
  it.each([
    ['--no-sandbox'],
    ['--remote-debugging-port=9222'],
    ['--remote-debugging-pipe'],
    ['--remote-debugging-address=0.0.0.0'],
    ['--remote-allow-origins=*'],
    ['--disable-web-security'],
    ['--inspect=0.0.0.0:1'],
    ['--inspect-brk'],
    ['--ignore-certificate-errors'],
    ['--ignore-certificate-errors-spki-list=x'],
    ['--load-extension=/tmp/x'],
    ['--js-flags=--allow-natives-syntax'],
    ['--renderer-cmd-prefix=xterm'],
    ['--gpu-launcher=sh'],
    ['--disable-site-isolation-trials'],
    ['-no-sandbox'],
  ])('refuse %s', (arg) => {
    const name = `--${arg.replace(/^--?/, '').replace(/=.*/, '')}`;
    expect(refusedSwitches([arg], 'linux')).toEqual([name]);
    expect(refusedSwitches(['x', arg, arg], 'darwin')).toEqual([name]);
  });

  it('are read on Windows as Windows reads them', () => {
    expect(refusedSwitches(['/no-sandbox'], 'win32')).toEqual(['--no-sandbox']);
    expect(refusedSwitches(['--Disable-Web-Security'], 'win32')).toEqual([
      '--disable-web-security',
    ]);
    expect(refusedSwitches(['/no-sandbox'], 'linux')).toEqual([]);
  });

  it.each([
    ['--user-data-dir=/home/ann/no-sandbox'],
    ['--ozone-platform=x11'],
    ['--force-device-scale-factor=2'],
    ['bitcoin:mipcBb?label=--no-sandbox'],
    ['--no-sandboxes'],
  ])('are not %s', (arg) => {
    expect(refusedSwitches([arg], 'linux')).toEqual([]);
  });

  it('are none after the end of the switches', () => {
    expect(refusedSwitches(['--', '--no-sandbox'], 'linux')).toEqual([]);
  });
});

describe('the folder of the data', () => {
  const of = {
    name: 'Bitpro Desk',
    isPackaged: true,
    appData: '/appdata',
    localAppData: '/local',
    home: '/home',
  };
  it.each([
    ['linux', true, '/appdata/Bitpro Desk'],
    ['darwin', true, '/appdata/Bitpro Desk'],
    ['win32', true, '/local/Bitpro Desk'],
    ['linux', false, '/appdata/Bitpro Desk (development)'],
    ['win32', false, '/local/Bitpro Desk (development)'],
  ] as const)('on %s, packaged: %s', (platform, isPackaged, folder) => {
    expect(dataFolder({ ...of, platform, isPackaged })).toBe(folder);
  });

  it.each([undefined, ''])('never roams, also where LOCALAPPDATA is %j', (localAppData) => {
    expect(dataFolder({ ...of, platform: 'win32', localAppData })).toBe(
      '/home/AppData/Local/Bitpro Desk',
    );
  });
});
