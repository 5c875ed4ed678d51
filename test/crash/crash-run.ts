import { createRandom, type Random } from '../simulation/random.ts';
import { round } from './points.ts';
import { openScene, type Ending, type Scene } from './scene.ts';

/** Starting and answering takes about 0.2 s, a payment about 0.05 s. */
const STARTING_MS = 400;
const WORKING_MS = 600;
/** Recovered, then looked up twice. */
const STARTS_TO_SETTLE = 3;
/** Data folders with a service each, side by side: most of a life is waiting. */
const SCENES = 2;

type CrashOptions = {
  /** Kills at random. */
  kills: number;
  /** Kills at each named point. */
  each: number;
  seed: number;
};

type Results = ReturnType<Scene['results']> & {
  /** How many processes died at each point. */
  killed: Record<string, number>;
};

export type CrashSummary = CrashOptions &
  Results['counts'] &
  Omit<Results, 'counts'> & { seconds: number };

/**
 * Kills the app's built main process over and over, on the same files: at every named point in turn, and between
 * those rounds at random. After each end, files, ledger and what the operator was told are held against each other.
 */
export async function crashTest({ kills, each, seed }: CrashOptions): Promise<CrashSummary> {
  const startedAtMs = performance.now();
  const shares = Array.from({ length: SCENES }, (_, index) => ({
    kills: shareOf(kills, index, SCENES),
    each: shareOf(each, index, SCENES),
    seed: seed * SCENES + index,
  }));
  const { counts, ...results } = (await Promise.all(shares.map(killOver))).reduce(addUp);
  const seconds = Number(((performance.now() - startedAtMs) / 1000).toFixed(1));
  return { kills, each, seed, ...counts, ...results, seconds };
}

async function killOver({ kills, each, seed }: CrashOptions): Promise<Results> {
  const random = createRandom(seed);
  const killed: Record<string, number> = {};
  const scene = await openScene(random);
  try {
    await scene.setUp();
    for (const ending of endings(kills, each, random)) {
      await scene.live(ending);
      const name = nameOf(ending);
      if (name !== null) killed[name] = (killed[name] ?? 0) + 1;
    }
    for (let start = 0; start < STARTS_TO_SETTLE; start += 1) await scene.live({ kind: 'quit' });
    scene.checkEnds();
    return { killed, ...scene.results() };
  } finally {
    await scene.close();
  }
}

/** The random kills are spread evenly between the rounds. */
function* endings(kills: number, each: number, random: Random): Generator<Ending> {
  const rounds = Math.max(each, 1);
  for (let turn = 0; turn < rounds; turn += 1) {
    for (const step of each === 0 ? [] : round) {
      yield step === 'quit' ? { kind: 'quit' } : { kind: 'point', point: step };
    }
    for (let kill = 0; kill < shareOf(kills, turn, rounds); kill += 1) {
      yield random.chance(0.25)
        ? { kind: 'random', from: 'start', afterMs: random.between(1, STARTING_MS) }
        : { kind: 'random', from: 'first answer', afterMs: random.between(1, WORKING_MS) };
    }
  }
}

/** How much of a whole number falls to one of `parts`. */
function shareOf(total: number, index: number, parts: number): number {
  return Math.floor(((index + 1) * total) / parts) - Math.floor((index * total) / parts);
}

function nameOf(ending: Ending): string | null {
  if (ending.kind === 'quit') return null;
  if (ending.kind === 'point') return ending.point.name;
  return `at random after the ${ending.from}`;
}

function addUp(one: Results, other: Results): Results {
  return {
    killed: sumOf(one.killed, other.killed),
    counts: sumOf(one.counts, other.counts),
    ends: sumOf(one.ends, other.ends),
    findings: [...one.findings, ...other.findings],
  };
}

function sumOf<Sums extends Record<string, number>>(one: Sums, other: Sums): Sums {
  const names = Object.keys({ ...one, ...other });
  return Object.fromEntries(
    names.map((name) => [name, (one[name] ?? 0) + (other[name] ?? 0)]),
  ) as Sums;
}
