import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, it } from 'vitest';
import { verifyChain } from '../../src/main/audit/chain.ts';
import { openRecords } from '../../src/main/storage/open.ts';
import type { Sandbox } from '../../src/sandbox/server.ts';
import { answerAs, startFaultServer, type FaultServer } from '../fault-server/fault-server.ts';
import { withKeyring } from '../helpers/keyring.ts';
import {
  atEnd,
  endTest,
  newDataFolder,
  openDesk,
  openFundedDesk,
  PAYEE,
  paymentsOf,
  recordsIn,
  startServer,
  type Desk,
} from './desk.ts';
import type { LaunchedApp } from './launch.ts';
import { confirmWithdrawal, reviewWithdrawal } from './steps.ts';

/** The rows of the fault matrix (money-safety.md) in which the machine fails, through the built app. */
const ACCEPTED = 'Withdrawal accepted';

afterEach(endTest);

type Scene = Desk & { userDataDir: string; sandbox: Sandbox; server: FaultServer };

/** A reviewed withdrawal in the window, and a service that can be made to fail. */
async function reviewed(userDataDir: string): Promise<Scene> {
  const sandbox = await startServer();
  const server = await startFaultServer(sandbox);
  atEnd(server.close);
  const desk = await openFundedDesk(userDataDir, sandbox, server.baseUrl);
  await reviewWithdrawal(desk.page, PAYEE, '0.25');
  return { ...desk, userDataDir, sandbox, server };
}

/** What the audit log tells of the latest withdrawal, in order. */
function movesOf(userDataDir: string): string[] {
  const records = openRecords(recordsIn(userDataDir));
  try {
    expect(verifyChain(records)).toMatchObject({ ok: true });
    return records
      .prepare<[], string>(
        `SELECT action FROM audit WHERE subject = (SELECT id FROM intents WHERE kind = 'withdrawal' ORDER BY seq DESC LIMIT 1)
         ORDER BY seq`,
      )
      .pluck()
      .all()
      .map((action) => action.replace('intent.', ''));
  } finally {
    records.close();
  }
}

/** From now on no file can grow, which SQLite meets as an I/O error; what it returns lifts that. */
function stopWrites({ pid }: LaunchedApp): () => void {
  const limit = (bytes: string) =>
    execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:`]);
  limit('1');
  return () => void limit('unlimited');
}

/** Fills the disk under the profiles to the last block; what it returns frees it. */
function fillDisk(userDataDir: string): () => void {
  const filler = join(userDataDir, 'profiles', 'filler');
  const block = Buffer.alloc(4096);
  try {
    for (;;) writeFileSync(filler, block, { flag: 'a' });
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENOSPC' });
  }
  return () => rmSync(filler);
}

/** A disk of its own under the profiles, where this process may mount one. */
async function smallDisk(): Promise<string> {
  const userDataDir = await newDataFolder();
  const profiles = join(userDataDir, 'profiles');
  mkdirSync(profiles);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m,mode=700', 'tmpfs', profiles]);
  atEnd(async () => void execFileSync('umount', [profiles]));
  return userDataDir;
}

/** A container's root may not; there `the disk fails` stands for it. */
const canMount = process.getuid?.() === 0 && spawnSync('unshare', ['--mount', 'true']).status === 0;

const machineFaults: [what: string, can: boolean, (scene: Scene) => () => void, says: string][] = [
  ['the disk is full', canMount, (scene) => fillDisk(scene.userDataDir), 'The disk is full.'],
  [
    'the disk fails',
    process.platform === 'linux',
    (scene) => stopWrites(scene.app),
    'The records could not be written.',
  ],
  ['another program holds the records', true, hold, 'The records could not be written.'],
];

function hold({ userDataDir }: Scene): () => void {
  const other = new Database(recordsIn(userDataDir));
  other.exec('BEGIN IMMEDIATE');
  return () => void other.close();
}

describe.each(machineFaults)('%s', (what, can, begin, says) => {
  const folder = (): Promise<string> =>
    what === 'the disk is full' ? smallDisk() : newDataFolder();

  it.runIf(can)(
    'sends nothing it cannot write down, and alarms when that comes too late',
    async () => {
      const scene = await reviewed(await folder());
      const { page, sandbox, server, userDataDir } = scene;
      let end = begin(scene);
      await confirmWithdrawal(page, PAYEE);
      const banner = page.getByRole('alert').filter({ hasText: 'Nothing was sent' });
      await banner.getByText(says).waitFor();
      expect(paymentsOf(sandbox)).toEqual([]);
      end();
      await page.getByRole('button', { name: /^Confirm withdrawal/ }).click();
      await page.getByText(ACCEPTED).waitFor();
      expect(paymentsOf(sandbox)).toHaveLength(1);

      await page.getByRole('link', { name: 'Back to client' }).click();
      await reviewWithdrawal(page, PAYEE, '0.3');
      server.setFault(async (response, process) => {
        const answer = await process();
        end = begin(scene);
        answerAs(response, answer);
      });
      await confirmWithdrawal(page, PAYEE);
      const alarm = page.getByRole('alert').filter({ hasText: 'It may have been carried out' });
      await alarm.getByText(says).waitFor();
      await alarm
        .getByText(/Bitpro answered that it was carried out, as transaction \d+\./)
        .waitFor();
      await alarm.getByText('Do not repeat it, here or elsewhere.').waitFor();
      await page.getByRole('link', { name: 'Back to client' }).click();
      await page.getByRole('alert').filter({ hasText: 'answer not kept' }).waitFor();
      end();
      await scene.app.kill('SIGKILL');
      expect(movesOf(userDataDir)).toEqual(['journaled', 'sent']);

      const later = await openDesk(userDataDir);
      await expect
        .poll(() => movesOf(userDataDir), { timeout: 15_000 })
        .toEqual(['journaled', 'sent', 'unknown', 'confirmed']);
      await later.app.close();
      expect(paymentsOf(sandbox)).toHaveLength(2);
    },
  );
});

describe.each(['lock', 'freeze'] as const)('a keychain that does not open (%s)', (fault) => {
  it('keeps what was reviewed, and sends nothing', async () => {
    await withKeyring('unlocked', async (keyring) => {
      const sandbox = await startServer();
      const userDataDir = await newDataFolder();
      const first = await openFundedDesk(userDataDir, sandbox, sandbox.url, keyring.env);
      await reviewWithdrawal(first.page, PAYEE, '0.25');
      const { hash } = new URL(first.page.url());
      await first.app.close();
      keyring[fault]();
      const { app, page } = await openDesk(userDataDir, keyring.env);
      await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
      await page.evaluate((place) => void (location.hash = place), hash);
      await confirmWithdrawal(page, PAYEE);
      const banner = page.getByRole('alert').filter({ hasText: 'Nothing was sent' });
      await banner.getByText(/keychain/i).waitFor();
      await app.kill('SIGKILL');
      expect(movesOf(userDataDir)).toEqual(['journaled']);
      expect(paymentsOf(sandbox)).toEqual([]);
    });
  });
});

/** Nothing that is planned from now on happens by itself: neither a look after 5 s nor a reading after a minute. */
async function stopPlanning(app: LaunchedApp): Promise<void> {
  await app.evaluate(() => {
    const { setTimeout: start } = globalThis;
    const soonOnly = (run: () => void, delayMs = 0) =>
      start(delayMs < 4000 ? run : () => {}, delayMs);
    globalThis.setTimeout = soonOnly as typeof setTimeout;
  });
}

it('a payment in flight when the machine falls asleep is not known on waking, and looked up at once', async () => {
  const { app, page, sandbox, server, userDataDir } = await reviewed(await newDataFolder());
  const posted = Promise.withResolvers<void>();
  const asleep = Promise.withResolvers<void>();
  const executed = Promise.withResolvers<void>();
  const reads: string[] = [];
  server.setFault(async (response, process) => {
    posted.resolve();
    await asleep.promise;
    await process();
    response.destroy();
    executed.resolve();
  });
  server.setReadFault(async (response, process, url) => {
    reads.push(url.replace(/.*\/api\/v1/, ''));
    answerAs(response, await process());
  });
  await confirmWithdrawal(page, PAYEE);
  await posted.promise;
  await app.evaluate(({ powerMonitor }) => powerMonitor.emit('suspend'));
  await stopPlanning(app);
  process.kill(app.pid, 'SIGSTOP');
  asleep.resolve();
  await executed.promise;
  await delay(1000);
  process.kill(app.pid, 'SIGCONT');
  await expect.poll(() => movesOf(userDataDir)).toContain('unknown');

  reads.length = 0;
  await app.evaluate(({ powerMonitor }) => powerMonitor.emit('resume'));
  await page.getByText(ACCEPTED).waitFor();
  await expect.poll(() => reads).toEqual(expect.arrayContaining(['/rates']));
  await expect.poll(() => reads.some((url) => /^\/clients\/[^/]+$/.test(url))).toBe(true);
  await app.close();
  expect(movesOf(userDataDir)).toEqual(['journaled', 'sent', 'unknown', 'confirmed']);
  expect(paymentsOf(sandbox)).toHaveLength(1);
});
