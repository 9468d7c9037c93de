import type { SearchConfig } from '../../src-shared/config/search-config';
import type { RunEvent, RunOutcome } from '../../src-shared/run/run-event';
import { depthOf, spaceOf } from '../../src-shared/space/space-of';
import { createStrategy } from '../controller/create-strategy';
import type { Strategy } from '../controller/strategy';
import type { WritableRun } from '../runs/run-folder';
import { localPool } from '../workers/local-pool';
import { patienceOf } from '../workers/watchdog';
import type { SpawnTrainer } from '../workers/trainer-process';
import { candidates } from './candidate';
import { runSearch } from './search';
import type { SearchControl } from './search-control';
import type { StopSignals } from './search-state';

export interface TrainedSearchOptions {
  /** Absolute path of the decoded training data. */
  readonly data: string;
  readonly spawn: SpawnTrainer;
  readonly listener: (event: RunEvent) => void;
  readonly stop: StopSignals;
  readonly software: Readonly<Record<string, string>>;
  readonly onBegin?: (control: SearchControl) => void;
}

/**
 * Begins or resumes the search of a run, its children trained by processes of this machine. The engine must be provisioned.
 * @throws as `runSearch`
 */
export async function searchWithTrainers(
  run: WritableRun,
  options: TrainedSearchOptions,
): Promise<RunOutcome> {
  const { config, dataset } = run.manifest;
  const candidateOf = candidates(config, dataset.description);
  const pool = localPool({
    trainers: config.trainers,
    spawn: options.spawn,
    patience: patienceOf(config.trainers.silence),
    log: (trainer, text) => run.log.write(`trainer ${trainer}`, text),
  });
  try {
    return await runSearch({
      ...options,
      run,
      pool,
      strategy: strategyOf(config),
      candidateOf,
    });
  } finally {
    await pool.close();
  }
}

/** The strategy of a configuration, at its beginning. */
export function strategyOf(config: SearchConfig): Strategy {
  return createStrategy({
    config: config.controller,
    space: spaceOf(config.space),
    seed: config.seed,
    depthAt: (proposals) => depthOf(config.space, proposals),
  });
}
