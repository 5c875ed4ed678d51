import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../scripts/paths.mjs';
import { newFolder, quit, start, waitFor, type Started } from './fixture-app.ts';
import { reference } from './reference.ts';

let host: Started;

beforeAll(async () => {
  host = await start(await newFolder());
  await waitFor(await host.firstWindow(), 'window.moduleRan');
});
afterAll(() => quit(host));

/** Runs in main: `app.getPath`, `BrowserWindow.fromId`, `BrowserWindow#show` of all that is exported. */
const LIST = `(electron) => {
  const names = [];
  const own = (object) => Object.keys(object).filter((key) => !/^_|^domain$/.test(key));
  const isClass = (value) => typeof value === 'function' && /^class/.test(String(value));
  const isPlain = (value) => typeof value === 'object' && value !== null;
  const methods = (type) =>
    Object.getOwnPropertyNames(type.prototype).filter((key) => key !== 'constructor');
  for (const [name, value] of Object.entries(electron)) {
    if (isClass(value)) {
      const builtIn = ['length', 'name', 'prototype'];
      for (const key of Object.getOwnPropertyNames(value)) {
        if (!builtIn.includes(key)) names.push(name + '.' + key);
      }
      for (const key of methods(value)) names.push(name + '#' + key);
    } else if (name === 'ipcMain') {
      for (const key of methods(value.constructor)) names.push(name + '.' + key);
    } else {
      for (const key of Object.getOwnPropertyNames(value).filter((k) => !/^_|^domain$/.test(k))) {
        names.push(name + '.' + key);
      }
    }
  }
  for (const key of own(electron.app.commandLine)) names.push('app.commandLine.' + key);
  for (const key of own(electron.session.defaultSession)) names.push('Session#' + key);
  return names;
}`;

/** Of the rig itself: what the app did outside, for tests, and how the host opens a popup. */
const RIGS_OWN = /^rigRecord\.|^WebContents#openPopup$/;

describe('what the rig models of Electron', () => {
  it('has a reference and a test for every member that is exported, and none for others', async () => {
    const exported = ((await host.evaluate(LIST, undefined)) as string[])
      .filter((name) => !RIGS_OWN.test(name))
      .toSorted();
    expect(reference.map(({ member }) => member).toSorted()).toEqual(exported);
  });

  it('follows an existing page of the documentation and an existing member of the types', () => {
    const types = readFileSync(join(root, 'node_modules/electron/electron.d.ts'), 'utf8');
    for (const { member, docs } of reference) {
      expect(docs).toMatch(/^[a-z-]+\.md#[a-z0-9-]+$/);
      const name = member.split(/[.#]/).at(-1) ?? '';
      expect(types, member).toMatch(new RegExp(`^ +(?:static )?(?:readonly )?${name}[?(:]`, 'm'));
    }
  });

  it('names tests that exist', () => {
    const tests = readdirSync(import.meta.dirname)
      .filter((file) => file.endsWith('.test.ts'))
      .map((file) => readFileSync(join(import.meta.dirname, file), 'utf8'))
      .join('\n');
    for (const row of reference) {
      if ('shownBy' in row) expect(tests, row.member).toContain(`it('${row.shownBy}'`);
    }
  });

  const tries = reference.flatMap((row) => ('run' in row ? [row] : []));
  it.each(tries)('$member does what $docs says', async (row) => {
    const tried = host.evaluate(row.run, undefined);
    if ('throws' in row) await expect(tried).rejects.toThrow(row.throws);
    else expect(await tried).toEqual(row.gives);
  });
});
