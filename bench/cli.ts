import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { benchCache, createContext, measure, type Figure, type Result } from './harness.ts';
import { machineFacts } from './machine.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    only: { type: 'string' },
    rows: { type: 'string', default: '1000000' },
    clients: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '5' },
  },
});
const options = {
  rows: whole('rows'),
  clients: whole('clients'),
  seed: whole('seed'),
  rounds: whole('rounds'),
};
const figures = chosen(await loadFigures(), values.only?.split(',') ?? ['']);
const scratch = join(benchCache, `run-${process.pid}`);
process.exitCode = await run();

/** Misses are told, not punished: a busy machine is no fault of the code. Only what breaks fails. */
async function run(): Promise<number> {
  const context = createContext(options, scratch);
  const results: Result[] = [];
  try {
    for (const figure of figures) {
      const result = await measure(figure, context);
      results.push(result);
      console.log(lineOf(result));
      writeJson(results);
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  const passed = results.filter(({ pass }) => pass).length;
  console.log(`${passed} of ${results.length} figures meet their goal`);
  return results.some(({ error }) => error !== null) ? 1 : 0;
}

/** Every file of figures/ brings its own, so that a new one is no edit elsewhere. */
async function loadFigures(): Promise<Figure[]> {
  const folder = join(import.meta.dirname, 'figures');
  const files = readdirSync(folder).filter((name) => name.endsWith('.ts'));
  const modules = files.sort().map(async (name): Promise<{ figures: readonly Figure[] }> => {
    return await import(join(folder, name));
  });
  return (await Promise.all(modules)).flatMap(({ figures }) => figures);
}

/** A name, or the beginning of one, as in `csv`. */
function chosen(all: readonly Figure[], names: readonly string[]): Figure[] {
  const unknown = names.find((start) => !all.some(({ name }) => name.startsWith(start)));
  if (unknown !== undefined) {
    console.error(`No figure is called ${unknown}. There are: ${all.map(nameOf).join(', ')}`);
    process.exit(2);
  }
  return all.filter(({ name }) => names.some((start) => name.startsWith(start)));
}

function nameOf({ name }: Figure): string {
  return name;
}

function writeJson(results: readonly Result[]): void {
  if (values.json === undefined) return;
  const report = { machine: machineFacts(), options, figures: results };
  writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
}

function lineOf({ name, value, unit, anchor, anchorValue, ratio, ...rest }: Result): string {
  const { goal, pass, readings, error } = rest;
  if (value === null) return `BROKEN  ${name}: ${error}`;
  const beside = anchorValue === null ? '' : ` against ${short(anchorValue)} (${anchor})`;
  const times = ratio === null ? '' : ` = ${short(ratio)}×`;
  const more = Object.entries(readings).map(([key, reading]) => `${key} ${short(reading)}`);
  const goals = [`goal ${goal}`, ...more].join('; ');
  return `${pass ? 'ok    ' : 'MISSED'}  ${name}  ${short(value)} ${unit}${beside}${times}  [${goals}]`;
}

function short(value: number): string {
  return value >= 1000 ? value.toFixed(0) : value.toPrecision(3);
}

function whole(name: 'rows' | 'clients' | 'seed' | 'rounds'): number {
  const value = Number(values[name]);
  if (Number.isSafeInteger(value) && value > 0) return value;
  console.error(`--${name} must be a whole number greater than 0, not “${values[name]}”.`);
  process.exit(2);
}
