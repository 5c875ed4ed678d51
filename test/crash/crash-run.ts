import { createRandom } from '../simulation/random.ts';
import type { Violation } from './oracle.ts';
import { round } from './points.ts';
import { openScene, type Ending } from './scene.ts';

/** The app answers about 0.2 s after its start; a payment takes about 0.05 s. */
const STARTING_MS = 400;
const WORKING_MS = 600;
/** Recovered, then looked up twice. */
const STARTS_TO_SETTLE = 3;

type CrashOptions = {
  /** Kills at random. */
  kills: number;
  /** Kills at each named point. */
  each: number;
  seed: number;
};

export type CrashSummary = CrashOptions & {
  /** How many processes died at each point. */
  killed: Record<string, number>;
  /** States that the operator was told of. */
  acknowledged: number;
  /** How often a restart showed something that waits for a decision. */
  shownAgain: number;
  posts: number;
  executed: number;
  /** Intents by their last state. */
  ends: Record<string, number>;
  seconds: number;
  /** What went wrong, in words. */
  findings: string[];
} & Record<Violation, number>;

/**
 * Kills the app's built main process over and over, on the same files: at every named point in turn, and between
 * those rounds at random. After each end, files, ledger and what the operator was told are held against each other.
 */
export async function crashTest(options: CrashOptions): Promise<CrashSummary> {
  const startedAtMs = performance.now();
  const random = createRandom(options.seed);
  const killed: Record<string, number> = {};
  const scene = await openScene(random);
  try {
    await scene.setUp();
    for (const ending of endings(options, random)) {
      await scene.live(ending);
      const name = nameOf(ending);
      if (name !== null) killed[name] = (killed[name] ?? 0) + 1;
    }
    for (let start = 0; start < STARTS_TO_SETTLE; start += 1) await scene.live({ kind: 'quit' });
    scene.checkEnds();
    const seconds = Number(((performance.now() - startedAtMs) / 1000).toFixed(1));
    return { ...options, killed, ...scene.counts(), seconds };
  } finally {
    await scene.close();
  }
}

/** The random kills are spread evenly between the rounds. */
function* endings(
  { kills, each }: CrashOptions,
  random: ReturnType<typeof createRandom>,
): Generator<Ending> {
  const rounds = Math.max(each, 1);
  for (let turn = 0; turn < rounds; turn += 1) {
    const share = Math.floor(((turn + 1) * kills) / rounds) - Math.floor((turn * kills) / rounds);
    for (const step of each === 0 ? [] : round) {
      yield step === 'quit' ? { kind: 'quit' } : { kind: 'point', point: step };
    }
    for (let kill = 0; kill < share; kill += 1) {
      yield random.chance(0.25)
        ? { kind: 'random', from: 'start', afterMs: random.between(1, STARTING_MS) }
        : { kind: 'random', from: 'first answer', afterMs: random.between(1, WORKING_MS) };
    }
  }
}

function nameOf(ending: Ending): string | null {
  if (ending.kind === 'quit') return null;
  if (ending.kind === 'point') return ending.point.name;
  return `at random after the ${ending.from}`;
}
