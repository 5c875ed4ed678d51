import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultApiOptions, type Profile } from '#shared/domain/profile.ts';
import { node, root } from '../../scripts/paths.mjs';
import { interleave, type Context, type Figure } from '../harness.ts';

const STARTS_A_ROUND = 5;
const PROFILE_ID = 'bench';

const profile: Profile = {
  id: PROFILE_ID,
  name: 'Bench',
  environment: 'sandbox',
  builtIn: false,
  baseUrl: 'https://sandbox.bitit.pro/api/v1',
  apiKey: 'bench',
  explorerUrl: '',
  locked: false,
  enrolled: false,
  options: defaultApiOptions,
};

/** The built main process beside an `electron` that is a stub, and the folder of a profile that was used before. */
function layOut(context: Context): { entry: string; userData: string } {
  const dir = context.scratch('start-main');
  const modules = join(dir, 'node_modules');
  mkdirSync(modules);
  cpSync(join(root, 'out'), join(dir, 'out'), { recursive: true });
  cpSync(join(import.meta.dirname, '../electron-stub'), join(modules, 'electron'), {
    recursive: true,
  });
  symlinkSync(join(root, 'node_modules/better-sqlite3'), join(modules, 'better-sqlite3'));
  writeFileSync(join(dir, 'package.json'), '{ "type": "module" }');
  const userData = join(dir, 'user-data');
  const folder = join(userData, 'profiles', PROFILE_ID);
  mkdirSync(folder, { recursive: true });
  const { cachePath, recordsPath } = context.dataset();
  cpSync(cachePath, join(folder, 'cache.sqlite'));
  cpSync(recordsPath, join(folder, 'records.sqlite'));
  const installationId = '00000000-0000-4000-8000-000000000000';
  const profiles = { version: 1, installationId, activeId: PROFILE_ID, profiles: [profile] };
  writeFileSync(join(userData, 'profiles.json'), JSON.stringify(profiles));
  return { entry: join(dir, 'out/main/index.cjs'), userData };
}

/** Milliseconds of one process from its start to its end. */
function msOf(args: readonly string[], env: NodeJS.ProcessEnv, printed: string): number {
  const startMs = performance.now();
  const { stdout, stderr } = spawnSync(node, args, { env, encoding: 'utf8' });
  const ms = performance.now() - startMs;
  if (stdout !== printed) throw new Error(`Printed “${stdout}”, ${stderr}`);
  return ms;
}

function fastest(times: readonly number[]): number {
  return Math.min(...times);
}

export const figures: readonly Figure[] = [
  {
    name: 'start.main',
    unit: 'ms',
    anchor: 'bare `node -e 0`, each the fastest of five starts',
    goal: [{ maxRatio: 1.3 }],
    run: (context) => {
      const { entry, userData } = layOut(context);
      const env = { ...process.env, BENCH_USER_DATA: userData };
      const times = (args: readonly string[], printed: string) =>
        fastest(Array.from({ length: STARTS_A_ROUND }, () => msOf(args, env, printed)));
      return interleave(
        context.rounds,
        () => times([entry], '100 rows'),
        () => times(['-e', '0'], ''),
      );
    },
  },
];
