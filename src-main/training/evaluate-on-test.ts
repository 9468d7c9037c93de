import type { MeasuredSplit, TrainingEvent } from '../../src-shared/training/training-event';
import { openTest } from '../datasets/prepare';
import { dataNeed } from '../search/prepare-search';
import type { TestFiles } from '../../src-shared/tasks/data-kinds';
import { evaluateWithTrainer, type EvaluationOptions } from '../workers/pool/ask-trainer';
import type { TrainingRecord } from './training-record';

export interface TestEvaluation extends Omit<EvaluationOptions, 'onProgress'> {
  readonly signal: AbortSignal;
  readonly test: boolean;
  /** Of the training: the record of test uses names it. */
  readonly folder: string;
  readonly listener: (event: TrainingEvent) => void;
  readonly keep: (changes: Partial<TrainingRecord>) => void;
}

/**
 * Evaluates the weights of a training: over draws of dropout on the validation data where the recipe asks for draws, and on the test split
 * where its user does. The test is opened here and nowhere before.
 * @throws cancelled, child.failed, engine.missing, data.*
 */
export async function evaluateOnTest(
  record: TrainingRecord,
  weights: string,
  trainFolder: string,
  { test, folder, listener, keep, ...options }: TestEvaluation,
): Promise<void> {
  const { child, seed } = record;
  const draws =
    child.kind === 'text' && child.recipe.dropout.kind === 'variational' ? child.recipe.dropout.samples : 0;
  const evaluate = async (split: MeasuredSplit, files: TestFiles | null): Promise<void> => {
    const job = { trial: 1, child, seed, data: trainFolder, weights, test: files };
    const value = await evaluateWithTrainer(job, {
      ...options,
      onProgress: ({ step, steps }) =>
        listener({ type: 'measureProgress', split, step, steps, at: Date.now() }),
    });
    const at = Date.now();
    keep({ [split === 'test' ? 'test' : 'averaged']: { measure: value, draws, at } });
    listener({ type: 'measured', split, measure: value, draws, at });
  };
  if (draws > 0 && record.averaged === null) await evaluate('validation', null);
  if (test && record.test === null) await evaluate('test', await testOf(record, folder, options.signal));
}

/** The files of the test split; that they were opened is recorded. */
function testOf({ child, data }: TrainingRecord, folder: string, signal: AbortSignal): Promise<TestFiles> {
  const purpose = `final test of ${folder}`;
  const need = dataNeed(child, data.skipUnreadable ? 'skip' : 'refuse');
  return openTest(need, data.location, { purpose, signal });
}
