import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { goalsOf, isMet, type Goal } from './goals.ts';
import { soak } from './soak.ts';

const usage = `Drives the built app against the sandbox server, with deposits, payments, price changes, a line that is cut every
20 s, restarts of the server, sleep and jumps of the clock; ends with every figure held against the ledger.

npm run soak -- [flags]

  --minutes NUMBER   how long (default 15)
  --seed NUMBER      the same seed gives the same course of faults (default 1)
  --json FILE        everything that was measured
  --quiet            nothing while it runs
  --help             this text

Exit code: 0 when every goal was met, 1 when one was missed, 2 for a wrong flag.`;

const { values } = readFlags();
if (values.help === true) {
  console.log(usage);
} else {
  process.exitCode = await run();
}

async function run(): Promise<number> {
  const minutes = positive('minutes', values.minutes);
  const seed = positive('seed', values.seed);
  const commit = commitNow();
  console.log(`seed ${seed}, commit ${commit}, ${minutes} min`);
  const tell = values.quiet === true ? () => {} : (line: string) => console.log(`  ${line}`);
  const result = await soak({ minutes, seed, tell });
  const goals = goalsOf(result);
  if (values.json !== undefined) {
    writeFileSync(
      values.json,
      JSON.stringify({ seed, commit, minutes, goals, ...result }, null, 2),
    );
  }
  const { requests, cuts, restarts, sleeps, jumps, deposits, payments, lostAnswers } = result;
  console.log(
    `${requests} requests, ${cuts} cuts, ${restarts} restarts of the server, ${sleeps} sleeps,`,
  );
  console.log(
    `${jumps} jumps of the clock, ${deposits} deposits, ${payments} payments, ${lostAnswers} lost answers`,
  );
  for (const goal of goals) console.log(lineOf(goal));
  for (const line of [...result.differences, ...result.pageErrors]) console.log(`  ${line}`);
  return goals.every(isMet) ? 0 : 1;
}

function lineOf(goal: Goal): string {
  const { name, unit, value, low, high, atMost } = goal;
  const short = (figure: number) => String(Number(figure.toFixed(3)));
  const range = low === undefined || high === undefined ? '' : ` (${short(low)} to ${short(high)})`;
  const measured = value === null ? 'not told here' : `${short(value)} ${unit}${range}`;
  return `${isMet(goal) ? 'met   ' : 'MISSED'} ${name.padEnd(46)} ${measured.padEnd(44)} at most ${atMost}`;
}

function readFlags() {
  try {
    return parseArgs({
      options: {
        minutes: { type: 'string', default: '15' },
        seed: { type: 'string', default: '1' },
        json: { type: 'string' },
        quiet: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(2);
  }
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  console.error(`--${name} must be a number greater than 0, not “${text}”.`);
  process.exit(2);
}

function commitNow(): string {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
    }).trim();
  } catch {
    return 'unknown';
  }
}
