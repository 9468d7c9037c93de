import { dataKinds } from '../../src-shared/tasks/data-kinds';
import { CellsmithError } from '../../src-shared/errors';
import type { EvaluatedSplit } from '../../src-shared/run/evaluation';
import type { Trial } from '../../src-shared/run/trial';
import { recipeOfChild, seedOfChild } from '../../src-shared/tasks/searched';
import { openTest } from '../datasets/prepare';
import { hasWeights, weightsPath } from '../runs/child-files';
import type { OpenRun } from '../runs/run-folder';
import { insertEvaluation, readEvaluation } from '../runs/tables/epochs';
import { readTrial, readTrials } from '../runs/tables/trials';
import { evaluateWithTrainer } from '../workers/pool/ask-trainer';
import type { SpawnTrainer } from '../workers/trainer-process';
import { dataNeed } from './prepare-search';
import { isHalting, record, type SearchState } from './search-state';

/**
 * Which children are evaluated on the test split when a session ends: none; the given children of the run; or these by number, and then
 * the session trains none.
 */
export type TestRequest = 'none' | 'given' | readonly number[];

/** Whether a session only evaluates children. It does that on this machine, also where a queue has trained them. */
export function evaluatesOnly(test: TestRequest): boolean {
  return typeof test !== 'string';
}

export interface EvaluationParts {
  readonly test: TestRequest;
  readonly spawn: SpawnTrainer;
  /** Folder, archive or file of the data set. */
  readonly location: string;
}

/**
 * Checks that children can be evaluated on the test split.
 * @throws CellsmithError 'run.not-found' when there is no such child, 'config.invalid' when it is not trained to its end, has no weights
 *   or has been tested
 */
export function requireUntested(run: OpenRun, numbers: readonly number[]): void {
  for (const number of numbers) {
    const trial = readTrial(run.database, number);
    if (trial === undefined)
      throw new CellsmithError('run.not-found', `${run.folder} has no trial ${number}.`);
    const refuse = (why: string): CellsmithError =>
      new CellsmithError('config.invalid', `Child ${number} of ${run.folder} ${why}`);
    if (trial.state !== 'completed')
      throw refuse('has not been trained to its end, so that there is nothing to evaluate.');
    if (readEvaluation(run.database, number, 'test') !== undefined)
      throw refuse(
        'has been evaluated on the test split, and a test is taken once: "cellsmith runs show" has it.',
      );
    if (!hasWeights(run.folder, number))
      throw refuse('has no weights: the run keeps those of its best children.');
  }
}

/**
 * Checks that a session of a run of given children has work to do.
 * @throws CellsmithError 'config.invalid'
 */
export function requireUnfinished(run: OpenRun, test: boolean): void {
  const trials = readTrials(run.database);
  const wanted = run.manifest.config.budget.children ?? Infinity;
  const completed = trials.filter(({ state }) => state === 'completed').map(({ number }) => number);
  if (completed.length < wanted) return;
  if (!test)
    throw new CellsmithError('config.invalid', `${run.folder} has been trained through all of its epochs.`);
  if (completed.every((number) => readEvaluation(run.database, number, 'test') !== undefined))
    requireUntested(run, completed);
}

/**
 * Evaluates trained children in a separate process, one after the other: averaged over dropout samples on the validation data where the recipe
 * asks for them, and on the test split where requested. The test split is opened only here.
 * @throws CellsmithError cancelled, child.failed, engine.missing, data.*
 */
export async function evaluateChildren(state: SearchState, parts: EvaluationParts): Promise<void> {
  for (const trial of evaluated(state.run, parts.test))
    for (const split of ['validation', 'test'] as const)
      if (isDue(state, trial, split, parts.test)) await evaluate(state, parts, trial, split);
}

function evaluated({ manifest, database }: OpenRun, test: TestRequest): Trial[] {
  const completed = readTrials(database).filter(({ state }) => state === 'completed');
  if (typeof test !== 'string') return completed.filter(({ number }) => test.includes(number));
  return manifest.config.space.kind === 'given' ? completed : [];
}

function drawsOf({ manifest }: OpenRun, trial: Trial): number {
  const recipe = recipeOfChild(manifest.config, trial.decisions);
  return dataKinds.of(recipe.kind).draws(recipe);
}

function isDue(state: SearchState, trial: Trial, split: EvaluatedSplit, test: TestRequest): boolean {
  const { run } = state;
  if (isHalting(state) || !hasWeights(run.folder, trial.number)) return false;
  if (readEvaluation(run.database, trial.number, split) !== undefined) return false;
  return split === 'test' ? test !== 'none' : drawsOf(run, trial) > 0;
}

async function evaluate(
  state: SearchState,
  { spawn, location }: EvaluationParts,
  trial: Trial,
  split: EvaluatedSplit,
): Promise<void> {
  const { number, depth, decisions } = trial;
  const { run, stop, halt, candidateOf, data } = state;
  const { config } = run.manifest;
  const signal = AbortSignal.any([stop.afterEpoch, stop.now, halt.signal]);
  const purpose = `final test of child ${number} of ${run.folder}`;
  const test =
    split === 'test' ? await openTest(dataNeed(config, 'skip'), location, { purpose, signal }) : null;
  const metric = await evaluateWithTrainer(
    {
      trial: number,
      child: candidateOf(depth, decisions).child,
      seed: seedOfChild(config, number),
      data,
      weights: weightsPath(run.folder, number),
      test,
    },
    {
      trainers: { ...config.trainers, count: 1 },
      spawn,
      signal,
      onProgress: ({ step, steps }) =>
        state.listener({ type: 'evaluationProgress', trial: number, split, step, steps, at: state.clock() }),
    },
  );
  const at = state.clock();
  const draws = drawsOf(run, trial);
  const evaluation = { trial: number, split, metric, draws, at };
  record(state, { type: 'trialEvaluated', evaluation, at }, () => insertEvaluation(run.database, evaluation));
}
