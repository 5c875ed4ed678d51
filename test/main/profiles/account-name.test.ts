import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { settingsSchema } from '#shared/domain/app.ts';
import { openSettingsStore } from '../../../src/main/profiles/settings-store.ts';

let username = '';
vi.mock('node:os', async (original) => ({
  ...(await original<typeof import('node:os')>()),
  userInfo: () => ({ username }),
}));

it.each([
  ['ann', 'ann'],
  ['  Ann  ', 'Ann'],
  ['', 'operator'],
  ['\u0406van', 'operator'],
  ['svc\u200B', 'operator'],
  ['x'.repeat(59) + '\u{1F600}', 'x'.repeat(59) + '\u{1F600}'],
  ['x'.repeat(61), 'operator'],
])('settings of the account %j begin with the operator %j and can be saved', (name, operator) => {
  username = name;
  const directory = mkdtempSync(join(tmpdir(), 'bitpro-account-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const settings = openSettingsStore({
    directory,
    now: Date.now,
    onSetAside: () => {},
    onUnknownZone: () => {},
  }).get();
  expect(settings.operator).toBe(operator);
  expect(settingsSchema.safeParse(settings).success).toBe(true);
});
