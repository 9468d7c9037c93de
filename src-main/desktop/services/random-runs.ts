import { isDeepStrictEqual } from 'node:util';
import type { Reply } from '../../../src-shared/ipc/contract';
import { listRunFolders } from '../../runs/locations';
import { readManifest, type RunManifest } from '../../runs/manifest';
import { openRunReadOnly } from '../../runs/run-folder';
import { readRewards } from '../../runs/tables/trials';

/**
 * Runs of random search that a run can be compared with: over the same space, on the same data, with children trained and rewarded
 * in the same way. Unreadable ones are skipped; the list of runs says why.
 * @param runs the folder that runs are kept in
 */
export function randomRunsLike(folder: string, runs: string): Reply<'randomRuns'> {
  const run = readManifest(folder);
  return listRunFolders(runs).flatMap((other) => {
    const manifest = manifestOf(other);
    return other !== folder && manifest !== undefined && isComparable(run, manifest)
      ? [{ folder: other, name: manifest.config.name }]
      : [];
  });
}

/** The rewards of a run's children by their numbers. */
export function rewardsOf(folder: string): Reply<'readRewards'> {
  const run = openRunReadOnly(folder);
  try {
    return readRewards(run.database).flatMap(({ number, reward }) =>
      reward === null ? [] : [{ number, reward }],
    );
  } finally {
    run.close();
  }
}

function manifestOf(folder: string): RunManifest | undefined {
  try {
    return readManifest(folder);
  } catch {
    return undefined;
  }
}

function isComparable(run: RunManifest, other: RunManifest): boolean {
  return (
    other.config.controller.strategy === 'random' &&
    other.dataset.fingerprint === run.dataset.fingerprint &&
    isDeepStrictEqual([other.config.space, other.config.recipe], [run.config.space, run.config.recipe])
  );
}
