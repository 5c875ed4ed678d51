import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { IntentState } from '#shared/domain/intent.ts';
import { verifyChain } from '../../src/main/audit/chain.ts';
import { createProfileDir } from '../../src/main/profiles/profile-dir.ts';
import { openRecords } from '../../src/main/storage/open.ts';
import { registerClient } from '../../src/main/storage/records/clients-repo.ts';
import { listIntents } from '../../src/main/storage/records/intents-repo.ts';
import { startSandbox } from '../../src/sandbox/server.ts';
import { answerAs, startFaultServer, type Fault } from '../fault-server/fault-server.ts';
import { createRandom, type Random } from '../simulation/random.ts';
import { clientFor } from './service-client.ts';

const merchant = { apiKey: 'M3175465', secret: 'crash+test/secret==' };
const FUNDS_SATS = 1_000_000_000_000;
/** A victim that has not died by then never reached its point. */
const LIFE_LIMIT_MS = 20_000;
/** Starting takes about a second; a random kill may strike then or while it works. */
const RANDOM_LIFE_MS = 2500;

const commitPoints = ['intent.journaled', 'intent.sent', 'intent.confirmed'].flatMap((action) => [
  `before a commit: ${action}`,
  `after a commit: ${action}`,
]);
const serverPoints = [
  'the request is there',
  'the request is executed',
  'the answer is on its way',
];

/** Where a process can be killed by name; the rest is chance. */
export const namedPoints: readonly string[] = [...commitPoints, ...serverPoints];

export type CrashSummary = {
  kills: number;
  seed: number;
  /** How many processes died at each point. */
  killed: Record<string, number>;
  /** Commits that the operator was told of. */
  acknowledged: number;
  executed: number;
  lost: number;
  duplicates: number;
  falseRejections: number;
  damaged: number;
  /** Left as `sent` after a restart. */
  stuck: number;
  seconds: number;
  /** What went wrong, in words. */
  findings: string[];
};

/**
 * Kills one process after the other over the same files: the named points in turn, every second one at random.
 * After each kill the databases are read as a restart finds them and held against what was told and executed.
 */
export async function crashTest(options: { kills: number; seed: number }): Promise<CrashSummary> {
  const { kills, seed } = options;
  const startedAtMs = performance.now();
  const random = createRandom(seed);
  const scene = await openScene();
  const killed: Record<string, number> = {};
  try {
    for (let kill = 0; kill < kills; kill += 1) {
      const named = namedPoints[(kill / 2) % namedPoints.length];
      const point = kill % 2 === 0 && named !== undefined ? named : 'at random';
      await scene.killOneAt(point, random);
      killed[point] = (killed[point] ?? 0) + 1;
      scene.check();
    }
    const seconds = Number(((performance.now() - startedAtMs) / 1000).toFixed(1));
    return { kills, seed, killed, ...scene.counts(), seconds };
  } finally {
    await scene.close();
  }
}

async function openScene() {
  const userData = mkdtempSync(join(tmpdir(), 'crash-test-'));
  const { recordsPath } = createProfileDir(userData, 'sandbox');
  const sandbox = await startSandbox({ merchants: [merchant], control: true });
  const server = await startFaultServer(sandbox);
  const told = new Map<string, IntentState>();
  const findings = {
    lost: [],
    duplicates: [],
    falseRejections: [],
    damaged: [],
    stuck: [],
  } as Record<'lost' | 'duplicates' | 'falseRejections' | 'damaged' | 'stuck', string[]>;
  let acknowledged = 0;
  const clientUid = await fundedClient(sandbox.url, sandbox);
  withRecords((records) => {
    registerClient(records, { uid: clientUid, label: 'Ada', source: 'added', addedAtMs: 0 });
  });

  function withRecords<T>(read: (records: ReturnType<typeof openRecords>) => T): T {
    const records = openRecords(recordsPath);
    try {
      return read(records);
    } finally {
      records.close();
    }
  }

  async function killOneAt(point: string, random: Random): Promise<void> {
    const script = join(import.meta.dirname, 'victim.ts');
    const args = [userData, server.baseUrl, merchant.apiKey, merchant.secret, clientUid, point];
    const victim = spawn(process.execPath, ['--no-warnings', script, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const errors: string[] = [];
    victim.stderr.setEncoding('utf8').on('data', (text: string) => errors.push(text));
    const lines = createInterface(victim.stdout).on('line', (line) => {
      const { id, state } = JSON.parse(line) as { id: string; state: IntentState };
      acknowledged += 1;
      told.set(id, state);
    });
    const limit = setTimeout(() => victim.kill('SIGTERM'), LIFE_LIMIT_MS);
    server.setFault(faultAt(point, victim));
    if (point === 'at random') {
      setTimeout(() => victim.kill('SIGKILL'), random.between(1, RANDOM_LIFE_MS));
    }
    const [[, signal]] = await Promise.all([once(victim, 'exit'), once(lines, 'close')]);
    clearTimeout(limit);
    server.setFault(null);
    if (signal === 'SIGKILL') return;
    throw new Error(`The process did not die ${point} (${String(signal)}):\n${errors.join('')}`);
  }

  /** As a restart finds it: the log is recovered, but nothing has been decided yet. */
  function check(): void {
    withRecords((records) => {
      const rows = new Map(listIntents(records, { openOnly: false }).map((row) => [row.id, row]));
      for (const [id, state] of told) {
        const row = rows.get(id);
        const isKept = row !== undefined && (state === 'journaled' || row.state === state);
        if (!isKept) findings.lost.push(`${id} told as ${state}, found as ${row?.state}`);
      }
      const integrity = String(records.pragma('integrity_check', { simple: true }));
      if (integrity !== 'ok') findings.damaged.push(integrity);
      if (!verifyChain(records).ok) findings.damaged.push('the audit chain does not verify');
      const amounts = executedAmounts();
      const repeated = amounts.filter((amount, index) => amounts.indexOf(amount) !== index);
      for (const amount of repeated) findings.duplicates.push(`${amount} sats were sent twice`);
      for (const { id, state, amountSats } of rows.values()) {
        const wasExecuted = amounts.includes(amountSats ?? 0);
        if (wasExecuted && ['journaled', 'rejected', 'discarded'].includes(state)) {
          findings.falseRejections.push(`${id} is ${state}, but was executed`);
        }
      }
      // Only the last process may have left something as sent: each start makes the ones before unknown.
      const sent = [...rows.values()].filter(({ state }) => state === 'sent');
      if (sent.length > 1) findings.stuck.push(`${sent.length} intents are still sent`);
    });
  }

  function executedAmounts(): number[] {
    return sandbox
      .ledger()
      .filter(({ type }) => type === 'bitcoin_withdrawal')
      .map(({ amountSats }) => amountSats);
  }

  return {
    killOneAt,
    check,
    counts: () => ({
      acknowledged,
      executed: executedAmounts().length,
      lost: findings.lost.length,
      duplicates: findings.duplicates.length,
      falseRejections: findings.falseRejections.length,
      damaged: findings.damaged.length,
      stuck: findings.stuck.length,
      findings: Object.values(findings).flat().slice(0, 20),
    }),
    close: async () => {
      await server.close();
      await sandbox.close();
      rmSync(userData, { recursive: true, force: true });
    },
  };
}

/** The service's side of a kill: the process dies when its POST has come this far. */
function faultAt(point: string, victim: ChildProcess): Fault | null {
  const kill = () => void victim.kill('SIGKILL');
  switch (point) {
    case 'the request is there':
      return kill;
    case 'the request is executed':
      return async (_, process) => {
        await process();
        kill();
      };
    case 'the answer is on its way':
      return async (response, process) => {
        answerAs(response, await process());
        kill();
      };
    default:
      return null;
  }
}

/** A client with more than enough, made as the app would make it. */
async function fundedClient(
  url: string,
  sandbox: { deposit: (uid: string, amountSats: number) => unknown; advance: (ms: number) => void },
): Promise<string> {
  const created = await clientFor(url, merchant).createClient();
  if (created.kind !== 'accepted') throw new Error('The sandbox made no client');
  sandbox.deposit(created.value.uid, FUNDS_SATS);
  sandbox.advance(3_600_000);
  return created.value.uid;
}
