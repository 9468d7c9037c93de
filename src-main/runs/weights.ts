import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Trial } from '../../src-shared/run/trial';

/** Where the weights of a trial's child are left: a file of safetensors below `children/`. */
export function weightsPath(run: string, trial: number): string {
  return join(run, 'children', `${String(trial).padStart(6, '0')}.safetensors`);
}

/** Makes the place for the weights of children. */
export function makeWeightsFolder(run: string): void {
  mkdirSync(join(run, 'children'), { recursive: true });
}

export function hasWeights(run: string, trial: number): boolean {
  return existsSync(weightsPath(run, trial));
}

/**
 * Removes weights of all but the best.
 * @param best trials whose weights are kept, at most as many as configured
 * @param training trials that are being trained: what they have written stays
 */
export function pruneWeights(
  run: string,
  best: readonly Pick<Trial, 'number'>[],
  training: ReadonlySet<number>,
): void {
  const folder = join(run, 'children');
  const kept = new Set([...best.map((trial) => trial.number), ...training]);
  for (const name of readdirSync(folder)) {
    const number = /^(\d{6,})/.exec(name)?.[1];
    if (number !== undefined && !kept.has(Number(number)))
      rmSync(join(folder, name), { recursive: true, force: true });
  }
}
