import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { crashTest } from './crash-run.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    json: { type: 'string' },
  },
});
const [kills = 0, seed = 0] = [values.kills, values.seed].map(Number);
if (![kills, seed].every((value) => Number.isSafeInteger(value) && value > 0)) {
  console.error('--kills and --seed must be whole numbers greater than 0.');
  process.exit(2);
}

const summary = await crashTest({ kills, seed });
if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(summary, null, 2));
const { killed, findings, seconds, ...counts } = summary;
console.log(`${kills} processes killed with SIGKILL in ${seconds} s, seed ${seed}`);
for (const [point, count] of Object.entries(killed)) console.log(`  ${point.padEnd(36)} ${count}`);
for (const name of ['acknowledged', 'executed'] as const) {
  console.log(`${name.padEnd(16)} ${counts[name]}`);
}
const faults = ['lost', 'duplicates', 'falseRejections', 'damaged', 'stuck'] as const;
for (const name of faults) console.log(`${name.padEnd(16)} ${counts[name]}`);
for (const finding of findings) console.log(`  ${finding}`);
process.exitCode = faults.every((name) => counts[name] === 0) ? 0 : 1;
