import { CellsmithError, type ErrorCode } from '../../../src-shared/errors';
import type { FailureReason, Trial } from '../../../src-shared/run/trial';
import type { Database } from '../../runs/sqlite/database';
import { countOutcomes, readLastTrained } from '../../runs/tables/trials';

/** The search is given up when this many first children fail for one reason. */
const firstFailures = 8;
/** The search is given up when this many children in a row are lost to the machine (not to their architecture). */
const machineFailures = 16;

const codes: Record<FailureReason, ErrorCode> = {
  crashed: 'child.crashed',
  outOfMemory: 'child.out-of-memory',
  diverged: 'child.diverged',
  timeLimit: 'child.time-limit',
  invalid: 'architecture.invalid',
  error: 'child.failed',
  silent: 'child.crashed',
  stopped: 'child.failed',
};

/**
 * Whether continuing would only record more failures: none has ever succeeded and all failed for the same reason, or the machine has
 * stopped working (a lost GPU), which would teach the controller thousands of rewards of 0. Occasional failures do
 * not end a search.
 * @param children the budget's number of children; a smaller search is given up after as many failures
 * @returns what to tell the user, or undefined
 */
export function reasonToGiveUp(database: Database, children: number | null): CellsmithError | undefined {
  const last = readLastTrained(database, machineFailures);
  const [newest] = last;
  if (newest === undefined || newest.failure === null || newest.failure.reason === 'stopped')
    return undefined;
  const outcomes = countOutcomes(database);
  const [only] = outcomes;
  const patience = Math.min(firstFailures, children ?? firstFailures);
  if (outcomes.length === 1 && only !== undefined && only.trials >= patience)
    return giveUp(
      newest,
      only.trials === 1 ? 'The only child failed' : `All ${only.trials} children failed for the same reason`,
    );
  if (last.length === machineFailures && last.every(isMachineFailure))
    return giveUp(newest, `The last ${machineFailures} children failed`);
  return undefined;
}

function isMachineFailure(trial: Trial): boolean {
  return trial.failure !== null && ['crashed', 'error', 'silent'].includes(trial.failure.reason);
}

function giveUp(trial: Trial, what: string): CellsmithError {
  const { reason, message } = trial.failure ?? { reason: 'error', message: '' };
  return new CellsmithError(
    codes[reason],
    `${what}, so the search was ended. The last one: ${message} See the log of the run (log.txt).`,
  );
}
