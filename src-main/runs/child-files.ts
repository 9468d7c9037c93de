import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Trial } from '../../src-shared/run/trial';

/** The weights of a trial's child: a safetensors file below `children/`. */
export function weightsPath(run: string, trial: number): string {
  return join(run, 'children', `${String(trial).padStart(6, '0')}.safetensors`);
}

/** Makes the folders of weights and checkpoints. */
export function makeChildFolders(run: string): void {
  for (const name of ['children', 'checkpoints']) mkdirSync(join(run, name), { recursive: true });
}

export function hasWeights(run: string, trial: number): boolean {
  return existsSync(weightsPath(run, trial));
}

/** The children whose weights are kept, in order. */
export function keptWeights(run: string): number[] {
  const folder = join(run, 'children');
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names
    .flatMap((name) => /^(\d{6,})\.safetensors$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

/**
 * Removes weights of all but the best.
 * @param best trials whose weights are kept, at most as many as configured
 * @param training trials in training, whose weights stay
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

/** The checkpoint of a trial's child in training: a file below `checkpoints/`, plus a temporary one while it is written. */
export function childCheckpointPath(run: string, trial: number): string {
  return join(run, 'checkpoints', `${String(trial).padStart(6, '0')}.safetensors`);
}

/** Removes the checkpoint of a child that has ended. */
export function removeChildCheckpoint(run: string, trial: number): void {
  rmSync(childCheckpointPath(run, trial), { force: true });
}

/**
 * Removes everything in `checkpoints/` but the checkpoints of these trials: leftovers of ended trials and killed writers.
 * @param unfinished trials without a reward
 */
export function pruneChildCheckpoints(run: string, unfinished: ReadonlySet<number>): void {
  const folder = join(run, 'checkpoints');
  const kept = new Set([...unfinished].map((trial) => childCheckpointPath(run, trial)));
  for (const file of readdirSync(folder)) {
    const path = join(folder, file);
    if (!kept.has(path)) rmSync(path, { recursive: true, force: true });
  }
}
