import type { ImageSearchConfig } from '../../src-shared/config/search-config';
import type { ControllerUpdate, RunEvent } from '../../src-shared/run/run-event';
import type { Trial } from '../../src-shared/run/trial';
import { currentCheckpoint, readCheckpoint } from '../runs/checkpoint';
import { createRun, type OpenRun, type WritableRun } from '../runs/run-folder';
import { readTrials } from '../runs/tables/trials';
import { readUpdates } from '../runs/tables/batches';
import { candidates, strategyOf } from '../search/candidate';
import type { SearchParts } from '../search/search-state';
import { cpuTrainers } from './cpu-trainers';
import { demoOfFour, runDescription } from './run-description';
import { syntheticPool, type SyntheticChildren } from './synthetic-pool';

export const demo = demoOfFour;

/** A new run with the demo preset, 24 children and three trainers, changed by `changes`. */
export function newRun(runs: string, changes: Partial<ImageSearchConfig> = {}): WritableRun {
  return createRun(
    { within: runs },
    runDescription({
      budget: { children: 24, hours: null, multiplyAdds: null },
      trainers: cpuTrainers(3),
      ...changes,
    }),
  );
}

/** A search of the run with synthetic children, its events, and the controls to stop it. */
export function searchOf(
  run: WritableRun,
  children: SyntheticChildren = {},
  changes: Partial<SearchParts> = {},
) {
  const { config } = run.manifest;
  const events: RunEvent[] = [];
  const afterEpoch = new AbortController();
  const now = new AbortController();
  const parts: SearchParts = {
    run,
    strategy: strategyOf(config),
    candidateOf: candidates(config, run.manifest.dataset.description),
    pool: syntheticPool({ size: config.trainers.count, ...children }),
    data: '/nowhere',
    listener: (event) => events.push(event),
    stop: { afterEpoch: afterEpoch.signal, now: now.signal },
    software: {},
    ...changes,
  };
  return { parts, events, afterEpoch, now };
}

/** Everything that a search decided and learned, without times: equal for two searches that took the same course. */
export interface Course {
  readonly trials: readonly Trial[];
  readonly updates: readonly ControllerUpdate[];
  /** The controller's state, in base 64. */
  readonly controller: string | undefined;
}

export function courseOf(run: OpenRun): Course {
  const checkpoint = currentCheckpoint(run.database);
  return {
    trials: readTrials(run.database).map((trial) => ({ ...trial, startedAt: null, endedAt: null })),
    updates: readUpdates(run.database),
    controller: checkpoint && Buffer.from(readCheckpoint(run.folder, checkpoint)).toString('base64'),
  };
}
