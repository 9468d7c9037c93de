import { noRunState, type RunState } from '../../src-shared/run/run-state';
import type { OpenRun } from './run-folder';
import { countTrials, readBestTrials } from './tables/trials';

/** The state that a session of a run begins with, without tables: its counts and its best trial so far. */
export function earlierState({ database }: OpenRun): RunState {
  const { completed, failed, reused } = countTrials(database);
  const [best = null] = readBestTrials(database, 1);
  return { ...noRunState, ended: completed + failed + reused, failed, best };
}
