import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.mjs';

/** What a build is made of and what it is shipped with, each with the licence its authors ask to be kept. */
const NOTICES_FILE = 'third-party-notices.txt';
const LICENCE_FILE = /^(licen[cs]e|copying|notice)/i;

/** @typedef {{ name: string, version: string, license?: string }} Manifest */

/**
 * A plugin for Vite: beside the code it writes the notices of every package whose code went in, and of `shipped`.
 * @param {readonly string[]} shipped folders of packages that are shipped as they are
 * @returns {import('vite').Plugin}
 */
export function thirdPartyNotices(shipped = []) {
  return {
    name: 'third-party-notices',
    generateBundle(_options, bundle) {
      const folders = new Set(shipped);
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk') continue;
        for (const id of Object.keys(chunk.modules)) {
          const folder = packageFolder(id);
          if (folder !== undefined) folders.add(folder);
        }
      }
      const notices = [...folders].map(noticeOf).toSorted();
      this.emitFile({ type: 'asset', fileName: NOTICES_FILE, source: notices.join('\n') });
    },
  };
}

/** Folders of the packages that a package of the app holds as they are: all of the lockfile that are not for development. */
export function productionFolders() {
  /** @type {{ packages: Record<string, { dev?: boolean, optional?: boolean }> }} */
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return Object.entries(lock.packages)
    .filter(([path, { dev }]) => path !== '' && dev !== true)
    .map(([path]) => join(root, path))
    .filter((folder) => existsSync(folder));
}

/**
 * The folder in node_modules that a module's file belongs to; undefined for the app's own and for virtual ones.
 * @param {string} id
 */
function packageFolder(id) {
  const path = id.replace(/^\0/, '').replace(/\?.*$/, '');
  const at = path.lastIndexOf('/node_modules/');
  if (at === -1) return undefined;
  const start = at + '/node_modules/'.length;
  const parts = path.slice(start).split('/');
  const name = parts.slice(0, parts[0]?.startsWith('@') ? 2 : 1).join('/');
  return path.slice(0, start) + name;
}

/** @param {string} folder */
function noticeOf(folder) {
  /** @type {Manifest} */
  const {
    name,
    version,
    license = 'see below',
  } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const texts = licenceTexts(folder);
  const text = texts.length === 0 ? `Licence: ${license}\n` : texts.join('\n');
  return `${name} ${version} (${license})\n${'-'.repeat(72)}\n${text}\n`;
}

/** @param {string} folder */
function licenceTexts(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && LICENCE_FILE.test(entry.name))
    .map((entry) => readFileSync(join(folder, entry.name), 'utf8'));
}
