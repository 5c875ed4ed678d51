import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readWindowState, writeWindowState } from '../../../src/main/app/window-state.ts';

const screen = { x: 0, y: 0, width: 1920, height: 1080 };
const left = { x: -1280, y: 100, width: 1280, height: 1024 };
const at = (x: number, y: number) => ({
  bounds: { x, y, width: 1280, height: 800 },
  isMaximized: false,
});

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'window-state-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the window’s place', () => {
  it.each([
    ['on the screen', at(100, 100), [screen], true],
    ['on a second screen to the left', at(-1200, 200), [screen, left], true],
    ['on a screen that is gone', at(-1200, 200), [screen], false],
    ['half off to the right, its title bar in reach', at(1700, 50), [screen], true],
    ['off to the right but for a strip', at(1850, 50), [screen], false],
    ['with its title bar above the screen', at(100, -200), [screen], false],
    ['with its title bar below the screen', at(100, 1060), [screen], false],
  ])('%s: kept is %4$s', (_what, state, screens, isKept) => {
    const file = join(folder, 'place.json');
    writeWindowState(file, state);
    expect(readWindowState(file, screens)).toEqual(isKept ? state : undefined);
  });

  it.each([
    ['nothing', ''],
    ['half a file', '{"bounds":{"x":1'],
    ['null', 'null'],
    ['no bounds', '{"isMaximized":true}'],
    [
      'bounds that are no numbers',
      '{"isMaximized":true,"bounds":{"x":"1","y":0,"width":1,"height":1}}',
    ],
  ])('is forgotten when the file holds %s', async (_what, text) => {
    const file = join(folder, 'broken.json');
    await writeFile(file, text);
    expect(readWindowState(file, [screen])).toBeUndefined();
  });

  it('is written beside and renamed, into a folder made if need be', async () => {
    const file = join(folder, 'deeper', 'state.json');
    writeWindowState(file, at(1, 2));
    writeWindowState(file, at(3, 4));
    expect(await readdir(join(folder, 'deeper'))).toEqual(['state.json']);
    expect(readWindowState(file, [screen])).toEqual(at(3, 4));
  });
});
