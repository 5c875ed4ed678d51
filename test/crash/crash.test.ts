import { expect, test } from 'vitest';
import { crashTest } from './crash-run.ts';
import { violations } from './oracle.ts';
import { namedPoints } from './points.ts';

test('kill -9 of the built app, at every named point and at random, loses nothing and sends nothing twice', async () => {
  const kills = 5;
  const summary = await crashTest({ kills, each: 1, seed: 1 });
  const { findings, killed, ...counts } = summary;
  expect(findings).toEqual([]);
  expect(counts).toMatchObject(Object.fromEntries(violations.map((name) => [name, 0])));
  expect(killed).toMatchObject(Object.fromEntries(namedPoints.map(({ name }) => [name, 1])));
  expect(Object.values(killed).reduce((sum, count) => sum + count, 0)).toBe(
    namedPoints.length + kills,
  );
  // At four of the points the service has executed what the process died of asking for.
  expect(counts.executed).toBeGreaterThanOrEqual(4);
  expect(counts.shownAgain).toBeGreaterThan(0);
}, 300_000);
