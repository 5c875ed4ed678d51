import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { node, root } from '../../scripts/paths.mjs';

/**
 * The floors of ARCHITECTURE.md, proven from the other side: files that break them are written into an empty copy
 * of the house, and lint and compiler must say so. A rule that no longer catches anything fails here.
 */
const lint = [join(root, 'node_modules/oxlint/bin/oxlint'), '--type-aware', '-f', 'unix', 'src'];
const compile = [join(root, 'node_modules/typescript/bin/tsc'), '-b', '--pretty', 'false'];
const rooms = ['shared', 'preload', 'main', 'sandbox', 'renderer'];
let house: string;

beforeAll(async () => {
  house = await mkdtemp(join(tmpdir(), 'floors-'));
  await mkdir(join(house, 'node_modules'));
  for (const name of ['@types', 'vite', 'electron']) {
    await symlink(join(root, 'node_modules', name), join(house, 'node_modules', name));
  }
  const configs = ['.oxlintrc.json', 'package.json', 'tsconfig.base.json', 'tsconfig.json'];
  for (const file of [...configs, ...rooms.map((room) => `src/${room}/tsconfig.json`)]) {
    await cp(join(root, file), join(house, file));
  }
});
afterAll(() => rm(house, { recursive: true, force: true }));

async function put(file: string, text: string): Promise<void> {
  await mkdir(dirname(join(house, file)), { recursive: true });
  await writeFile(join(house, file), text);
}

/** The lines in which a tool complains of something. */
async function run([tool = '', ...args]: readonly string[]): Promise<string[]> {
  const done = Promise.withResolvers<string>();
  execFile(node, [tool, ...args], { cwd: house }, (_error, stdout) => done.resolve(stdout));
  return (await done.promise).split('\n');
}

const imports = (specifier: string): string =>
  `import { thing } from '${specifier}';\n\nexport const used = thing;\n`;

describe('lint', () => {
  const refused = [
    ['upward, from storage to money', 'main/storage/a.ts', '../money/intents.ts'],
    ['upward, from a folder in storage to ipc', 'main/storage/cache/a.ts', '../../ipc/register.ts'],
    ['upward, from bitcoin to storage', 'main/bitcoin/a.ts', '../storage/open.ts'],
    ['upward, from audit to reports', 'main/audit/a.ts', '../reports/csv.ts'],
    ['upward, from money to the composition root', 'main/money/a.ts', '../desk.ts'],
    ['sideways, from money to sync', 'main/money/a.ts', '../sync/pull.ts'],
    ['sideways, from secrets to storage', 'main/secrets/a.ts', '../storage/open.ts'],
    ['sideways, from ipc to app', 'main/ipc/a.ts', '../app/window.ts'],
    ['of a floor, from app to bitpro', 'main/app/a.ts', '../bitpro/client.ts'],
    ['of Electron outside app, from sync', 'main/sync/a.ts', 'electron'],
    ['of the sandbox, from main', 'main/bitpro/a.ts', '../../sandbox/server.ts'],
    ['of Node, from shared', 'shared/a.ts', 'node:fs'],
    ['of a package other than zod, from shared', 'shared/a.ts', 'react'],
    ['of main, from shared', 'shared/a.ts', '../main/money/intents.ts'],
    ['of anything but the bridge, from the preload', 'preload/a.ts', '#shared/money.ts'],
    ['of the app, from the sandbox', 'sandbox/a.ts', '../main/bitpro/sign.ts'],
    ['of shared, from the sandbox', 'sandbox/a.ts', '#shared/money.ts'],
    ['of Electron, from the page', 'renderer/lib/a.ts', 'electron'],
    ['of Node, from the page', 'renderer/features/rates/a.ts', 'node:path'],
    ['of another feature', 'renderer/features/rates/a.ts', '../history/history-store.ts'],
    ['of app, from a feature', 'renderer/features/rates/a.ts', '../../app/routes.tsx'],
    ['of a feature, from components', 'renderer/components/a.ts', '../features/rates/page.tsx'],
  ] as const;
  const allowed = [
    ['main/ipc/a.ts', '../money/intents.ts'],
    ['main/money/a.ts', '../audit/chain.ts'],
    ['main/reports/a.ts', '../storage/cache/transactions-repo.ts'],
    ['main/storage/records/a.ts', '../open.ts'],
    ['main/storage/a.ts', '../bitcoin/address-fault.ts'],
    ['main/app/a.ts', 'electron'],
    ['main/bitpro/a.ts', '#shared/money.ts'],
    ['shared/ipc/a.ts', '../domain/app.ts'],
    ['shared/a.ts', 'zod/mini'],
    ['preload/a.ts', '#shared/ipc/bridge.ts'],
    ['preload/a.ts', 'electron'],
    ['sandbox/a.ts', 'node:crypto'],
    ['renderer/features/rates/a.ts', '../../components/button.tsx'],
    ['renderer/features/rates/a.ts', './rates-store.ts'],
    ['renderer/app/a.ts', '../features/rates/rates-page.tsx'],
  ] as const;
  const rules = [
    ['a default export', 'no-default-export', 'export default 1;\n'],
    ['any', 'no-explicit-any', 'export const a: any = 1;\n'],
    ['a loose comparison', 'eqeqeq', 'export const same = (a: number) => a == 1;\n'],
    ['!', 'no-non-null-assertion', 'export const a = (b: string | undefined) => b!;\n'],
    [
      'a promise nobody waits for',
      'no-floating-promises',
      'export const a = () => {\n  fetch("");\n};\n',
    ],
  ] as const;
  let said: string[];

  beforeAll(async () => {
    for (const [what, file, specifier] of refused)
      await put(caseFile(file, what), imports(specifier));
    for (const [file, specifier] of allowed)
      await put(caseFile(file, specifier), imports(specifier));
    for (const [what, rule, text] of rules)
      await put(caseFile('main/money/a.ts', rule + what), text);
    await put('src/main/money/PaymentStore.ts', 'export const a = 1;\n');
    await put(
      'src/main/money/one.ts',
      "import { b } from './two.ts';\n\nexport const a = () => b;\n",
    );
    await put(
      'src/main/money/two.ts',
      "import { a } from './one.ts';\n\nexport const b = () => a;\n",
    );
    said = await run(lint);
  });

  const saidOf = (file: string): string => said.filter((line) => line.startsWith(file)).join('\n');

  it.each(refused)('refuses the import %s', (what, file) => {
    expect(saidOf(caseFile(file, what))).toContain('no-restricted-imports');
  });

  it.each(allowed)('allows %s to import %s', (file, specifier) => {
    expect(saidOf(caseFile(file, specifier))).toBe('');
  });

  it.each(rules)('refuses %s', (what, rule) => {
    expect(saidOf(caseFile('main/money/a.ts', rule + what))).toContain(rule);
  });

  it('refuses file names that are not kebab-case, and cycles', () => {
    expect(saidOf('src/main/money/PaymentStore.ts')).toContain('filename-case');
    expect(saidOf('src/main/money/one.ts')).toContain('no-cycle');
  });
});

describe('the compiler', () => {
  const refused = [
    ['document in main', 'main', 'export const title = document.title;\n', "'document'"],
    ['window in the sandbox', 'sandbox', 'export const width = window.innerWidth;\n', "'window'"],
    ['node:fs in shared', 'shared', "export { readFile } from 'node:fs';\n", "'node:fs'"],
    ['process in shared', 'shared', 'export const home = process.env;\n', "'process'"],
    ['process in the page', 'renderer', 'export const home = process.env;\n', "'process'"],
    ['document in shared', 'shared', 'export const title = document.title;\n', "'document'"],
    [
      'a file of main in the sandbox',
      'sandbox',
      "export { empty } from '../main/empty.ts';\n",
      'rootDir',
    ],
  ] as const;
  let orderly: string[];
  let said: string[];

  beforeAll(async () => {
    await rm(join(house, 'src'), { recursive: true });
    for (const room of rooms) {
      await cp(join(root, `src/${room}/tsconfig.json`), join(house, `src/${room}/tsconfig.json`));
      await put(`src/${room}/empty.ts`, 'export const empty = 0;\n');
    }
    const projects = rooms.map((room) => `src/${room}`);
    orderly = await run([...compile, ...projects]);
    for (const [what, room, text] of refused) await put(caseFile(`${room}/a.ts`, what), text);
    said = await run([...compile, ...projects]);
  });

  it('has no complaint of an orderly house', () => {
    expect(orderly).toEqual(['']);
  });

  it.each(refused)('refuses %s', (what, room, _text, word) => {
    const file = caseFile(`${room}/a.ts`, what);
    expect(said.filter((line) => line.startsWith(file)).join('\n')).toContain(word);
  });
});

/** A file of its own for each case, all of which one run of a tool then judges. */
function caseFile(file: string, what: string): string {
  const name = what.toLowerCase().replaceAll(/[^a-z]+/g, '-');
  return join('src', dirname(file), `case${name.startsWith('-') ? '' : '-'}${name}.ts`);
}
