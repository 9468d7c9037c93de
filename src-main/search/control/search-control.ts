import type { SearchConfig } from '../../../src-shared/config/search-config';
import { CellsmithError } from '../../../src-shared/errors';
import type { WritableRun } from '../../runs/run-folder';

/** Controls a running search. */
export interface SearchControl {
  pause(): void;
  /** Resumes after a pause. */
  resume(): void;
  /**
   * Ends one child at once. With a whole epoch behind it, it is judged by the epochs that it has; otherwise it is a failed one.
   * @throws CellsmithError 'child.not-training'
   */
  stopChild(trial: number): void;
  /**
   * Retries failed children: all whose failure may have been the machine's, or these.
   * @returns their numbers
   * @throws CellsmithError 'child.not-failed' when one of these has not failed
   */
  retry(trials: readonly number[] | null): number[];
  /** Changes the budget. @returns the updated description of the run */
  extend(budget: SearchConfig['budget']): WritableRun;
}

export function notTraining(trial: number): CellsmithError {
  return new CellsmithError('child.not-training', `Child ${trial} is not in training.`);
}
