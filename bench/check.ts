import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchChild, type ChildName } from './networks/children';
import { writeCheckedWorkload } from './networks/child-workload';
import { startContestant, type ContestantCommand } from './contestants/contestant';
import {
  canTrain,
  contestantCommand,
  type ContestantName,
  type Surroundings,
} from './contestants/contestants';

/** Losses of the first steps of a contestant, all from the same weights and images. */
export interface CheckedLosses {
  readonly child: ChildName;
  readonly contestant: ContestantName;
  readonly losses: readonly number[];
  /** Largest relative difference from the first contestant: of the first loss, and of those after updates of the weights. */
  readonly firstDifference: number;
  readonly laterDifference: number;
  readonly agrees: boolean;
}

/** The first loss depends on the forward pass alone; later ones on gradients and optimiser, where rounding grows step by step. */
export const firstTolerance = 1e-4;
export const laterTolerance = 1e-2;
const laterSteps = 3;

/** Whether all contestants compute the same: cross entropies of the first steps, compared with the first contestant's. */
export async function checkChild(
  name: ChildName,
  contestants: readonly ContestantName[],
  surroundings: Surroundings,
  timeLimit: number,
): Promise<CheckedLosses[]> {
  const folder = mkdtempSync(join(tmpdir(), 'cellsmith-bench-check-'));
  const checked: CheckedLosses[] = [];
  try {
    const child = benchChild(name);
    writeCheckedWorkload(folder, child, laterSteps + 1);
    for (const contestant of contestants.filter((one) => canTrain(one, child))) {
      const losses = await firstLosses(contestantCommand(contestant, child, folder, surroundings), timeLimit);
      const differences = losses.map((loss, i) => relativeDifference(loss, checked[0]?.losses[i] ?? loss));
      const [firstDifference = Number.NaN, ...rest] = differences;
      const laterDifference = Math.max(...rest);
      checked.push({
        child: name,
        contestant,
        losses,
        firstDifference,
        laterDifference,
        agrees: firstDifference <= firstTolerance && laterDifference <= laterTolerance,
      });
    }
    return checked;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Losses of the first steps; none of a contestant that fails. */
async function firstLosses(command: ContestantCommand, timeLimit: number): Promise<number[]> {
  try {
    const contestant = await startContestant(command, timeLimit, { losses: true });
    const later = await contestant.train(laterSteps, { losses: true });
    await contestant.end();
    return [contestant.firstLoss ?? Number.NaN, ...(later.losses ?? [])];
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return [];
  }
}

function relativeDifference(a: number, b: number): number {
  return Math.abs(a - b) / Math.max(Math.abs(b), 1e-12);
}
