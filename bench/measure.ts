import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchChild, type BenchChild, type ChildName } from './networks/children';
import { childOperations, writeChildWorkload } from './networks/child-workload';
import { startContestant, type Contestant } from './contestants/contestant';
import {
  canTrain,
  contestantCommand,
  matmulCommands,
  matmulSide,
  type ContestantName,
  type Surroundings,
} from './contestants/contestants';
import type { Progress } from './progress';
import { spreadOf, type Spread } from './statistics';

export interface MeasureOptions {
  readonly contestants: readonly ContestantName[];
  readonly rounds: number;
  /** Timed steps of a turn; null takes the child's own number. */
  readonly steps: number | null;
  readonly surroundings: Surroundings;
  /** Milliseconds that a contestant has for its first step. */
  readonly timeLimit: number;
}

/** How one contestant did on one child. */
export type ContestantResult =
  | {
      readonly name: ContestantName;
      /** Milliseconds of a step: of the medians of the turns. */
      readonly step: Spread;
      /** Share of the machine's own matmul rate. */
      readonly shareOfMatmul: number;
      readonly millisecondsToFirstStep: number;
      /** Bytes; null where the system does not tell. */
      readonly peakMemory: number | null;
      readonly facts: Readonly<Record<string, unknown>>;
    }
  | { readonly name: ContestantName; readonly failure: string };

export interface ChildResult {
  readonly child: ChildName;
  readonly kind: BenchChild['kind'];
  readonly description: string;
  readonly batch: number;
  readonly steps: number;
  readonly rounds: number;
  /** Floating-point operations of a step, by the formulas of child-workload.ts and operations.ts. */
  readonly operations: number;
  /** Operations a second of the machine's better matmul, of the same rounds. */
  readonly matmulRate: Spread;
  readonly contestants: readonly ContestantResult[];
}

const matmulRepeats = 6;

/**
 * Has every contestant train a child: each is started alone and trains its first steps; then they take turns, one at work at a
 * time, round after round, so that whatever else the machine does meets them all.
 */
export async function measureChild(
  name: ChildName,
  options: MeasureOptions,
  progress: Progress,
): Promise<ChildResult> {
  const child = benchChild(name);
  const steps = options.steps ?? child.steps;
  const operations = childOperations(child);
  const folder = mkdtempSync(join(tmpdir(), 'cellsmith-bench-'));
  const entrants = options.contestants.filter((contestant) => canTrain(contestant, child));
  const running = new Map<ContestantName, { readonly contestant: Contestant; readonly medians: number[] }>();
  const failures = new Map<ContestantName, string>();
  const rates: number[] = [];
  const matmuls: Contestant[] = [];
  try {
    writeChildWorkload(folder, child);
    for (const command of matmulCommands(options.surroundings))
      matmuls.push(await startContestant(command, options.timeLimit));
    for (const [index, entrant] of entrants.entries()) {
      progress.report(`${name}: starting ${entrant}`, (0.4 * index) / entrants.length);
      try {
        const command = contestantCommand(entrant, child, folder, options.surroundings);
        const contestant = await startContestant(command, options.timeLimit);
        running.set(entrant, { contestant, medians: [] });
        await contestant.train(1);
      } catch (error) {
        running.delete(entrant);
        failures.set(entrant, error instanceof Error ? error.message : String(error));
        progress.note(`${entrant} does not take part: ${failures.get(entrant) ?? ''}`);
      }
    }
    for (let round = 1; round <= options.rounds; round++) {
      progress.report(
        `${name}: round ${round} of ${options.rounds}`,
        0.4 + (0.6 * (round - 1)) / options.rounds,
      );
      rates.push(await matmulRate(matmuls));
      for (const { contestant, medians } of running.values()) {
        await contestant.train(1); // the others have had the caches in between
        medians.push(spreadOf((await contestant.train(steps)).milliseconds).median);
      }
    }
    const rate = spreadOf(rates);
    return {
      child: name,
      kind: child.kind,
      description: child.description,
      batch: child.batch,
      steps,
      rounds: options.rounds,
      operations,
      matmulRate: rate,
      contestants: entrants.map((entrant): ContestantResult => {
        const ran = running.get(entrant);
        if (ran === undefined) return { name: entrant, failure: failures.get(entrant) ?? 'did not run' };
        const step = spreadOf(ran.medians);
        return {
          name: entrant,
          step,
          shareOfMatmul: operations / (step.median / 1000) / rate.median,
          millisecondsToFirstStep: ran.contestant.millisecondsToFirstStep,
          peakMemory: ran.contestant.peakMemory(),
          facts: ran.contestant.facts,
        };
      }),
    };
  } finally {
    for (const { contestant } of running.values()) await contestant.end();
    for (const matmul of matmuls) await matmul.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Operations a second of the fastest matmul. */
async function matmulRate(matmuls: readonly Contestant[]): Promise<number> {
  const rates: number[] = [];
  for (const matmul of matmuls) {
    await matmul.train(1);
    const { median } = spreadOf((await matmul.train(matmulRepeats)).milliseconds);
    rates.push((2 * matmulSide ** 3) / (median / 1000));
  }
  return Math.max(...rates);
}
