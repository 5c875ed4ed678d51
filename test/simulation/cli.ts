import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { scratchFolder } from '../helpers/scratch-folder.ts';
import { makeTemplate } from './desk.ts';
import { mutants } from './mutants.ts';
import { runMutants } from './mutation-run.ts';
import { simulate } from './run.ts';
import { runSchedule } from './schedule.ts';
import { violations } from './world.ts';

const { values } = parseArgs({
  options: {
    schedules: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    json: { type: 'string' },
    workers: { type: 'string', default: String(Math.min(4, availableParallelism())) },
    'stop-at-first': { type: 'boolean', default: false },
    mutants: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    quiet: { type: 'boolean', default: false },
  },
});
/** Every known one is caught long before. */
const MUTANT_SCHEDULES = 4000;
const schedules = whole('schedules', values.schedules);
const seed = whole('seed', values.seed);
const workers = whole('workers', values.workers);

if (values.mutants) process.exitCode = await scoreMutants();
else if (schedules === 1) process.exitCode = await replay();
else process.exitCode = await runAll();

async function runAll(): Promise<number> {
  const stopAtFirst = values['stop-at-first'];
  const summary = await simulate({ schedules, seed, workers, stopAtFirst });
  if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(summary, null, 2));
  const { failing, commit, seconds, posts, executed, crashes, ends } = summary;
  if (!values.quiet) {
    console.log(`seed ${seed}, commit ${commit}`);
    console.log(`${summary.schedules} schedules in ${seconds} s`);
    console.log(`${posts} POSTs, ${executed} executed, ${crashes} crashes and restarts`);
    console.log(`intents ended as ${JSON.stringify(ends)}`);
    for (const name of violations) console.log(`${name.padEnd(16)} ${summary[name]}`);
  }
  for (const { seed: failed, findings } of failing.slice(0, 10)) {
    const [first] = findings;
    const after = stopAtFirst ? ` (after ${summary.schedules} schedules)` : '';
    console.log(`seed ${failed}: ${first?.violation}: ${first?.what}${after}`);
    if (!values.quiet) console.log(`  npm run simulate -- --seed ${failed} --schedules 1`);
  }
  return failing.length === 0 ? 0 : 1;
}

/** One schedule, told event by event. */
async function replay(): Promise<number> {
  const folder = scratchFolder();
  try {
    const template = makeTemplate(folder.path);
    const print = (line: string) => console.log(line);
    const { findings, ends } = await runSchedule(seed, { template, folder: folder.path, print });
    console.log(`seed ${seed}: ${JSON.stringify(ends)}, ${findings.length} violations`);
    return findings.length === 0 ? 0 : 1;
  } finally {
    folder.remove();
  }
}

async function scoreMutants(): Promise<number> {
  const chosen = mutants.filter(({ name }) => name.includes(values.only));
  const options = { schedules: Math.min(schedules, MUTANT_SCHEDULES), seed, workers };
  const scores = await runMutants(chosen, options, ({ name, finding }) => {
    console.log(`${finding === null ? 'SURVIVED' : 'caught  '} ${name}`);
    if (finding !== null) console.log(`         ${finding}`);
  });
  const caught = scores.filter(({ finding }) => finding !== null).length;
  console.log(`${caught} of ${scores.length} seeded bugs caught`);
  return caught === scores.length ? 0 : 1;
}

function whole(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  console.error(`--${name} must be a whole number greater than 0, not “${text}”.`);
  process.exit(2);
}
