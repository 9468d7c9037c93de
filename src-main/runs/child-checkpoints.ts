import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Where the state of a trial's child is kept while it trains: a file below `checkpoints/`, plus a temporary one while it is written. */
export function childCheckpointPath(run: string, trial: number): string {
  return join(run, 'checkpoints', `${String(trial).padStart(6, '0')}.safetensors`);
}

/** Makes the place for the states of children in training. */
export function makeChildCheckpointsFolder(run: string): void {
  mkdirSync(join(run, 'checkpoints'), { recursive: true });
}

/** Forgets the state of a child that has ended. */
export function removeChildCheckpoint(run: string, trial: number): void {
  rmSync(childCheckpointPath(run, trial), { force: true });
}

/**
 * Removes everything of `checkpoints/` but whole files of these trials: what ended ones and killed writers have left.
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
