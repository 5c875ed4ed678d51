import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ensureBuilt } from '../../scripts/build.mjs';
import { root } from '../../scripts/paths.mjs';
import { readProgram, untruths } from './documents.ts';

const program = readProgram(root);
/** The reference is the service's own; its word is the law, and is not held against this program. */
const documents = [...program.paths].filter(
  (path) => /^[A-Z]+\.md$|^docs\/.*\.md$/.test(path) && path !== 'docs/bitpro-api.md',
);

it('finds the documents', () => {
  for (const path of [
    'README.md',
    'SECURITY.md',
    'docs/product.md',
    'docs/adr/0008-zod-mini-and-lazy-parts.md',
  ]) {
    expect(documents).toContain(path);
  }
});

it.each(documents)('%s speaks only of what there is', (path) => {
  const text = readFileSync(join(root, path), 'utf8');
  const isRoadmap = path === 'ROADMAP.md';
  expect(untruths(path, text, isRoadmap ? { ...program, planned: [] } : program)).toEqual([]);
});

it('nor does a screen promise what is planned', () => {
  const { planned, screens } = program;
  const promised = planned.filter((term) => screens.toLowerCase().includes(term.toLowerCase()));
  expect(promised).toEqual([]);
});

it('names every untruth of a wrong document', () => {
  const wrong = readFileSync(join(import.meta.dirname, 'fixtures/wrong-document.md'), 'utf8');
  expect(untruths('docs/product.md', wrong, program)).toEqual(
    [
      'there is no ../MISSING.md',
      'there is no npm run restore',
      'npm run bench has no --faster',
      'no channel backups.create',
      'no channel intents.sendAgain',
      'there is no file src/main/backup',
      'there is no file guards-changes.ts',
      'there is no file components/data-list-*.ts',
      'no command has --undo',
      'no package @scure/base',
      'nothing is called payTwice()',
      '“Evidence pack” is planned only (ROADMAP.md)',
      'no screen says “Send again”',
    ].map((each) => `docs/product.md: ${each}`),
  );
});

it('has no schema in the renderer’s bundle (ADR 8)', () => {
  ensureBuilt();
  const adr = readFileSync(join(root, 'docs/adr/0008-zod-mini-and-lazy-parts.md'), 'utf8');
  expect(adr).toContain('no schema is in its bundle');
  const assets = join(root, 'out/renderer/assets');
  const scripts = readdirSync(assets).filter((name) => name.endsWith('.js'));
  expect(scripts.length).toBeGreaterThan(10);
  const isSchema = (code: string): boolean => /_zod\b|\bsafeParse\b/.test(code);
  const main = readdirSync(join(root, 'out/main')).filter((name) => name.endsWith('.cjs'));
  expect(main.some((name) => isSchema(readFileSync(join(root, 'out/main', name), 'utf8')))).toBe(
    true,
  );
  expect(scripts.filter((name) => isSchema(readFileSync(join(assets, name), 'utf8')))).toEqual([]);
});
