import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { crashTest } from './crash-run.ts';
import { violations } from './oracle.ts';

const MOST_AT_EACH = 20;

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    each: { type: 'string' },
    seed: { type: 'string', default: '1' },
    json: { type: 'string' },
  },
});
const kills = whole('kills', values.kills);
const each = whole('each', values.each ?? String(Math.min(MOST_AT_EACH, Math.ceil(kills / 10))));
const seed = whole('seed', values.seed);

const summary = await crashTest({ kills, each, seed });
if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(summary, null, 2));
const { killed, ends, findings, seconds } = summary;
const points = Object.entries(killed);
const total = points.reduce((sum, [, count]) => sum + count, 0);
console.log(`${total} processes killed with SIGKILL in ${seconds} s, seed ${seed}:`);
console.log(`${kills} at random, ${total - kills} at named points`);
for (const [point, count] of points) console.log(`  ${point.padEnd(46)} ${count}`);
const { acknowledged, shownAgain, recovered, posts, executed } = summary;
console.log(`${acknowledged} states told, ${posts} POSTs, ${executed} executed`);
console.log(`after a restart: ${shownAgain} times shown for a decision again,`);
console.log(`  ${recovered} times found as sent and shown as not known, or settled`);
console.log(`intents ended as ${JSON.stringify(ends)}`);
for (const name of violations) console.log(`${name.padEnd(16)} ${summary[name]}`);
for (const finding of findings) console.log(`  ${finding}`);
process.exitCode = violations.every((name) => summary[name] === 0) ? 0 : 1;

function whole(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  console.error(`--${name} must be a whole number greater than 0, not “${text}”.`);
  process.exit(2);
}
