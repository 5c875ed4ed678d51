import { expect, test } from 'vitest';
import { crashTest, namedPoints } from './crash-run.ts';

test('kill -9 at every named point and at random loses nothing and sends nothing twice', async () => {
  const kills = 2 * namedPoints.length;
  const summary = await crashTest({ kills, seed: 1 });
  expect(summary).toMatchObject({
    kills,
    killed: Object.fromEntries(namedPoints.map((point) => [point, 1])),
    lost: 0,
    duplicates: 0,
    falseRejections: 0,
    damaged: 0,
    stuck: 0,
    findings: [],
  });
  expect(summary.executed).toBeGreaterThan(kills / 4);
}, 180_000);
