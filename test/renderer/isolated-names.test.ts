import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const folder = join(import.meta.dirname, '../../src/renderer');
const screens = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.tsx'),
);

/** What people wrote, drawn as the child of an element: `>{label}<`, `{row.note}` on a line of its own. */
const drawn =
  /(?:>|^\s*)\{(?:\w+\.)*(?:label|clientLabel|bookLabel|note|tag|operator|settledBy|settleReason|repeatReason|clientName\(\w+\))(?: \|\| [\w.]+)?\}/gm;
/** The words of the app’s own controls, presets and places, and notes of its own making. */
const own = /\{(?:label|note|preset\.label|place\.label|item\.label|choice\.label|action\.label)\}/;

it.each(screens)('%s draws names, labels, notes and tags in isolation', (file) => {
  const text = readFileSync(join(folder, file), 'utf8');
  const bare = [...text.matchAll(drawn)].filter(({ 0: found, index }) => {
    const before = text.slice(Math.max(0, index - 8), index + 1);
    return (
      !own.test(found) &&
      !/<Named>?\s*$/.test(before) &&
      !text.slice(index - 6, index + 1).includes('Named>')
    );
  });
  expect(bare.map(([found]) => found.trim())).toEqual([]);
});

/** Ids and states are of the service's making: what they hide, or turn around, is written out where they are drawn. */
const ofService =
  /(?:value[:=] ?\{?|>\{|\$\{|label: )(?:(?:row|intent|transaction)\.)?(?:tid|state|serverState|serverTid|txId|serverTxId)(?: \?\? '[^']*')?\}/g;

it.each(screens)('%s draws no id and no state as it came', (file) => {
  const text = readFileSync(join(folder, file), 'utf8').replaceAll(/key=\{`[^`]*`\}/g, '');
  const bare = [...text.matchAll(ofService)].filter(({ index }) => {
    const before = text.slice(Math.max(0, index - 40), index + 3);
    // Hash writes them out itself.
    return !/<Hash |visibleText\(/.test(before);
  });
  expect(bare.map(([found]) => found)).toEqual([]);
});
