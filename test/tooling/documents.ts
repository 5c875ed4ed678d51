import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';

/** What a document can be held against. */
export type Program = {
  /** Every file and folder of the project, from its root, with `/`. */
  paths: ReadonlySet<string>;
  scripts: ReadonlySet<string>;
  packages: ReadonlySet<string>;
  /** Options of the commands of package.json, by script. */
  options: ReadonlyMap<string, ReadonlySet<string>>;
  /** Names of channels and events, and actions of the audit log. */
  names: ReadonlySet<string>;
  /** All of `src`, `test`, `scripts` and `bench`, to look a name up in. */
  sources: string;
  /** What may put words on a screen. */
  screens: string;
  /** Terms of what is planned only. */
  planned: readonly string[];
};

const skipped = new Set(['node_modules', 'out', 'dist', '.git', '.tour']);
export function readProgram(root: string): Program {
  const paths = new Set<string>();
  const walk = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      if (skipped.has(entry.name)) continue;
      const path = posix.join(folder, entry.name);
      paths.add(path);
      if (entry.isDirectory()) walk(path);
    }
  };
  walk('.');
  const read = (path: string): string => readFileSync(join(root, path), 'utf8');
  const code = [...paths].filter((path) =>
    /^(src|test|scripts|bench)\/.*\.(ts|tsx|mjs)$/.test(path),
  );
  const sources = code
    .filter((path) => !path.startsWith('test/tooling/'))
    .map(read)
    .join('\n');
  const manifest = JSON.parse(read('package.json')) as Record<string, Record<string, string>>;
  const ofMain = code.filter((path) => path.startsWith('src/main/')).map(read);
  const named = [read('src/shared/ipc/contract.ts'), ...ofMain].join('\n');
  const names = [...named.matchAll(/'([a-z]\w*\.[a-z]\w*)'/g)].map(([, name = '']) => name);
  return {
    paths,
    sources,
    scripts: new Set(Object.keys(manifest['scripts'] ?? {})),
    packages: new Set(Object.keys({ ...manifest['dependencies'], ...manifest['devDependencies'] })),
    options: new Map(
      Object.keys(manifest['scripts'] ?? {}).map((script) => [
        script,
        optionsOf(script, paths, read),
      ]),
    ),
    names: new Set(names.filter((name) => !FILE.test(name))),
    screens: code
      .filter((path) => path.startsWith('src/'))
      .map(read)
      .join('\n'),
    planned: boldIn(read('ROADMAP.md')),
  };
}

/** Of the command line that the script starts, and of what that imports for it. */
function optionsOf(
  script: string,
  paths: ReadonlySet<string>,
  read: (path: string) => string,
): Set<string> {
  const starters = [`scripts/${script}.mjs`, `scripts/run-${script}.mjs`].filter((path) =>
    paths.has(path),
  );
  const [, cli = ''] = /root, '([\w./-]+\.ts)'/.exec(starters.map(read).join('\n')) ?? [];
  const beside = `${posix.dirname(cli)}/cli-options.ts`;
  return optionsIn(
    [...starters, cli, beside]
      .filter((path) => paths.has(path))
      .map(read)
      .join('\n'),
  );
}

/** Keys of the options, however a command line is declared: `name: {`, `'name': {`, `'--name`, `name: text`. */
function optionsIn(source: string): Set<string> {
  const keys = source.matchAll(/(?:^|[\s{,])'?([a-z][a-z0-9-]*)'?: (?:\{|text\b|toggle\b)/gm);
  const spelt = source.matchAll(/'--([a-z][a-z0-9-]*)/g);
  return new Set([...keys, ...spelt].map(([, name = '']) => name));
}

const FILE = /\.(ts|tsx|mjs|cjs|css|md|yml|json|html|csv|sqlite|png|txt|pro)$/;
/** Made where the app runs, or by it. */
const MADE =
  /^(<|\.tour|node_modules\/|name\.|report\.csv|settings\.json$|profiles\.json$)|\.sqlite/;
const AT_ROOT = /^(src|test|docs|scripts|bench|build)(\/|$)/;

/** What a document says that is not so, a line each. */
export function untruths(path: string, text: string, program: Program): string[] {
  const found: string[] = [];
  const plain = text.replaceAll(/\s+/g, ' ');
  const spans = [...text.matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span);
  const say = (isTrue: boolean, what: string): void => {
    if (!isTrue) found.push(`${path}: ${what}`);
  };
  for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^[a-z]+:/.test(target)) continue;
    say(hasTarget(path, target, program), `there is no ${target}`);
  }
  for (const [, script = '', tail = ''] of text.matchAll(/npm run ([\w:-]+)( -- [^`\n]*)?/g)) {
    say(program.scripts.has(script), `there is no npm run ${script}`);
    for (const [, option = ''] of tail.matchAll(/--([a-z][a-z0-9-]*)/g)) {
      say(hasOption(program, option, script), `npm run ${script} has no --${option}`);
    }
  }
  for (const [, script = ''] of text.matchAll(/npm (start|test)\b/g)) {
    say(program.scripts.has(script), `there is no npm ${script}`);
  }
  for (const span of spans) {
    const problem = problemOf(span, program);
    if (problem !== null) found.push(`${path}: ${problem}`);
  }
  for (const term of program.planned) {
    const isPromised = plain.toLowerCase().includes(term.toLowerCase());
    say(!isPromised, `“${term}” is planned only (ROADMAP.md)`);
  }
  if (path === 'docs/product.md') {
    for (const name of boldIn(text)) {
      say(isOnScreen(name, program), `no screen says “${name}”`);
    }
  }
  return found;
}

function problemOf(span: string, program: Program): string | null {
  if (/^--[a-z]/.test(span)) {
    const [, option = ''] = /^--([a-z0-9-]+)/.exec(span) ?? [];
    return hasOption(program, option) ? null : `no command has --${option}`;
  }
  const [, called] = /^(?:call\()?'([a-z]+[A-Za-z]*\.[a-zA-Z]+)'/.exec(span) ?? [];
  const [named] = /^[a-z][A-Za-z]*\.[a-z][A-Za-z]*$/.exec(span) ?? [];
  const name = called ?? named;
  if (name !== undefined && !FILE.test(name)) {
    return name === 'noun.verb' || program.names.has(name) ? null : `no channel ${name}`;
  }
  const [, invoked] = /^([A-Za-z]\w*)\(\)$/.exec(span) ?? [];
  if (invoked !== undefined) {
    return new RegExp(`\\b${invoked}\\b`).test(program.sources)
      ? null
      : `nothing is called ${span}`;
  }
  const [scoped] = /^@[\w-]+\/[\w-]+/.exec(span) ?? [];
  if (scoped !== undefined) return program.packages.has(scoped) ? null : `no package ${scoped}`;
  if (/[\s(){}=,'":?]/.test(span) || MADE.test(span) || /^[a-z]+:/.test(span)) return null;
  if (!isPath(span)) return null;
  return hasPath(program, span.replace(/\/$/, '')) ? null : `there is no file ${span}`;
}

/** A source or document by its ending, or a path from the root. A path of the API or of a route begins with `/`. */
function isPath(span: string): boolean {
  return AT_ROOT.test(span) || /\.(ts|tsx|mjs|css|md|yml|json)$/.test(span);
}

/** From the root, or the end of a path as prose shortens it; `*` stands for any name. */
function hasPath({ paths }: Program, wanted: string): boolean {
  const pattern = wanted.replaceAll(/[.+^$|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*');
  const whole = new RegExp(AT_ROOT.test(wanted) ? `^${pattern}$` : `(^|/)${pattern}$`);
  return [...paths].some((path) => whole.test(path));
}

function hasOption({ options }: Program, option: string, script?: string): boolean {
  if (script !== undefined) return options.get(script)?.has(option) === true;
  return [...options.values()].some((each) => each.has(option));
}

/** A file, a folder, or a heading of a document. */
function hasTarget(from: string, target: string, { paths }: Program): boolean {
  const [file = ''] = target.split('#');
  return file === '' || paths.has(posix.join(dirname(from), file));
}

function boldIn(text: string): string[] {
  return [...text.matchAll(/\*\*([^*]+)\*\*/g)].map(([, bold = '']) => bold);
}

/** As a text of a screen, or the beginning of one that goes on with a name. */
function isOnScreen(name: string, { screens }: Program): boolean {
  const text = name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`['"\`>]\\s*${text}(?=['"\`<]| (in|from) \\$|\\s*$)`, 'm').test(screens);
}
