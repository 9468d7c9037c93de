import { existsSync, readFileSync, statSync } from 'node:fs';
import { extname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { largestConfigFile, looksLikeConfig } from '../../../src-shared/config/options/overrides';
import type { SearchConfig } from '../../../src-shared/config/search-config';
import type { Reply } from '../../../src-shared/ipc/contract';
import { packTrials, type PackedRun } from '../../../src-shared/ipc/run-detail';
import { givenChild } from '../../../src-shared/tasks/searched';
import { keptWeights } from '../../runs/child-files';
import { isRunFolder, listRunFolders, summarised } from '../../runs/locations';
import { readManifest, type RunManifest } from '../../runs/manifest';
import { isOldTraining, trainingFiles } from '../../runs/old-training';
import { openRunReadOnly, type OpenRun } from '../../runs/run-folder';
import { summariseRun } from '../../runs/summarise-run';
import { readRunNews } from '../../runs/follow-run';
import { readEpochs, readEvaluations } from '../../runs/tables/epochs';
import { lastEventId } from '../../runs/tables/events';
import { readListedTrials, readRewards, readTrial } from '../../runs/tables/trials';
import { readProbabilities, readUpdates } from '../../runs/tables/batches';

/** Points of the sparkline of a card. */
const curvePoints = 400;

function withRun<T>(folder: string, read: (run: OpenRun) => T): T {
  const run = openRunReadOnly(folder);
  try {
    return read(run);
  } finally {
    run.close();
  }
}

/** Every run below a folder, newest first, including those that cannot be opened. */
export function listRuns(runs: string): Reply<'listRuns'> {
  const { summaries, broken } = summarised(listRunFolders(runs), (folder) =>
    withRun(folder, (run) => ({
      summary: summariseRun(run),
      rewards: readRewards(run.database)
        .slice(-curvePoints)
        .map(({ reward }) => reward),
    })),
  );
  return { runs: summaries.sort((a, b) => b.summary.createdAt - a.summary.createdAt), broken };
}

/**
 * A run for its page.
 * @param runs the folder that runs are kept in
 * @throws CellsmithError 'run.not-found', 'run.damaged', 'run.newer-version'
 */
export function openRunDetail(folder: string, runs: string, live: PackedRun['live']): PackedRun {
  return withRun(folder, (run) =>
    run.database.snapshot(() => ({
      summary: summariseRun(run),
      id: run.manifest.id,
      config: run.manifest.config,
      dataset: { location: run.manifest.dataset.location, description: run.manifest.dataset.description },
      weights: weightsIn(folder),
      origin: originOf(run.manifest.config, runs),
      trials: packTrials(readListedTrials(run.database)),
      updates: readUpdates(run.database),
      evaluations: readEvaluations(run.database),
      lastEvent: lastEventId(run.database),
      live,
    })),
  );
}

function weightsIn(folder: string): number[] {
  if (!isOldTraining(folder)) return keptWeights(folder);
  return existsSync(trainingFiles(folder).weights) ? [1] : [];
}

function originOf({ space }: SearchConfig, runs: string): PackedRun['origin'] {
  const only = givenChild(space, [1]) === undefined ? givenChild(space, [0]) : undefined;
  if (only === undefined || only.origin === null) return null;
  const { run, trial } = only.origin;
  const folder = listRunFolders(runs).find((other) => manifestOf(other)?.id === run.id);
  return { folder: folder ?? null, run: run.name, trial };
}

/** Updates of a run of another process; null when it must be opened again. @throws as {@link openRunDetail} */
export function runNews(folder: string, after: number): Reply<'followRun'> {
  return readRunNews(folder, after);
}

export function trialOf(folder: string, trial: number): Reply<'readTrial'> {
  return withRun(folder, (run) => readTrial(run.database, trial) ?? null);
}

export function epochsOf(folder: string, trials: readonly number[]): Reply<'readEpochs'> {
  return withRun(folder, (run) =>
    trials.map((trial) => ({ trial, epochs: readEpochs(run.database, trial) })),
  );
}

export function probabilitiesOf(folder: string, update: number): Reply<'readProbabilities'> {
  return withRun(folder, (run) => readProbabilities(run.database, update));
}

/** The rewards of a run's children by their numbers. */
export function rewardsOf(folder: string): Reply<'readRewards'> {
  return withRun(folder, (run) =>
    readRewards(run.database).flatMap(({ number, reward }) => (reward === null ? [] : [{ number, reward }])),
  );
}

/** A folder with a run.json, or a training.json of an earlier release, is a run; no data set is one file of JSON; everything else may be one. */
export function recognisePath(path: string): Reply<'recognisePath'> {
  if (isRunFolder(path)) return 'run';
  const status = statSync(path, { throwIfNoEntry: false });
  if (extname(path).toLowerCase() !== '.json' || status?.isFile() !== true) return 'dataset';
  return status.size <= largestConfigFile && looksLikeConfig(readFileSync(path, 'utf8'))
    ? 'configuration'
    : 'architecture';
}

/** Data sets of all runs, most recently used first; for a moved one, its old location. */
export function listDatasets(runs: string): Reply<'listDatasets'> {
  const known = new Map<string, Reply<'listDatasets'>[number]>();
  for (const folder of listRunFolders(runs)) {
    const manifest = manifestOf(folder);
    if (manifest === null) continue;
    const { location, description } = manifest.dataset;
    const before = known.get(location);
    const isNewer = before === undefined || manifest.createdAt > before.lastUsed;
    const newest = isNewer ? description : before.description;
    known.set(location, {
      location,
      isThere: existsSync(location),
      description: newest,
      runs: (before?.runs ?? 0) + 1,
      lastUsed: Math.max(before?.lastUsed ?? 0, manifest.createdAt),
    });
  }
  return [...known.values()].sort((a, b) => b.lastUsed - a.lastUsed);
}

/**
 * Runs of random search that a run can be compared with: over the same space, on the same data, with children trained and rewarded
 * in the same way. Unreadable ones are skipped; the list of runs says why.
 * @param runs the folder that runs are kept in
 */
export function randomRunsLike(folder: string, runs: string): Reply<'randomRuns'> {
  const run = readManifest(folder);
  return listRunFolders(runs).flatMap((other) => {
    const manifest = manifestOf(other);
    return other !== folder && manifest !== null && isComparable(run, manifest)
      ? [{ folder: other, name: manifest.config.name }]
      : [];
  });
}

function isComparable(run: RunManifest, other: RunManifest): boolean {
  return (
    other.config.controller.strategy === 'random' &&
    other.dataset.fingerprint === run.dataset.fingerprint &&
    isDeepStrictEqual([other.config.space, other.config.recipe], [run.config.space, run.config.recipe])
  );
}

/** The list of runs reports a run that cannot be read. */
function manifestOf(folder: string): RunManifest | null {
  try {
    return readManifest(folder);
  } catch {
    return null;
  }
}
