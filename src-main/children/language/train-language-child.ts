import {
  type LanguageArchitecture,
  languageArchitecture,
} from '../../../src-shared/architecture/cell/language-model';
import { languageRateAt, type TextRecipe } from '../../../src-shared/tasks/text/text-recipe';
import { CellsmithError } from '../../../src-shared/errors';
import { Generator } from '../../../src-shared/random';
import { type LanguageEpochRecord, perplexityOf } from '../../../src-shared/tasks/text/text-data';
import type { TrainingTokens } from '../../datasets/text/text-reader';
import { hasCustomOps } from '../../engine/load';
import { fetchedFloats, fetchedNumber, openSession, type Session } from '../../engine/session';
import type { NamedTensor } from '../safetensors';
import type { ChildCheckpoints } from '../child-state';
import { runEpochs, stepListener, type StepListener, type TrainControl } from '../run-epochs';
import { type RowWindow, rowWindows } from './text-windows';
import { languageModel, type LanguageJob, type LanguageModel } from './language-model';
import { evaluateText } from './evaluate-language-model';

export interface TrainedLanguageChild {
  readonly architecture: LanguageArchitecture;
  readonly epochs: readonly LanguageEpochRecord[];
  /** Whether it was stopped before the recipe's last epoch. */
  readonly stopped: boolean;
  readonly weights: readonly NamedTensor[];
}

/**
 * Trains a child on the training tokens and evaluates it on all validation tokens after each epoch (paper section 4.2). Every
 * epoch reads all of the training text once, in rows side by side, from a hidden state of 0. On one machine with one number of
 * threads the result is a function of the job and the data.
 *
 * Yields to the event loop between steps, so that messages are received.
 *
 * @param checkpoints to write after epochs and resume from; null for none
 * @throws child.diverged as soon as a loss is not finite; architecture.invalid, config.invalid, engine.*
 */
export async function trainLanguageChild(
  { cell, recipe, seed }: LanguageJob,
  data: TrainingTokens,
  control: TrainControl = {},
  checkpoints: ChildCheckpoints | null = null,
): Promise<TrainedLanguageChild> {
  const { counts, vocabulary } = data;
  if (counts.train === 0 || counts.valid === 0)
    throw new CellsmithError('config.invalid', 'A child needs training text and validation text.');
  const architecture = languageArchitecture(cell, recipe, vocabulary.length);
  const batchSize = Math.min(recipe.batchSize, counts.train);
  const model = languageModel(
    architecture,
    { ...recipe, batchSize },
    {
      train: { file: data.trainFile, count: counts.train },
      valid: { file: data.validFile, count: counts.valid },
      startToken: Math.max(0, vocabulary.indexOf('<eos>')),
    },
    { customOps: hasCustomOps() },
  );
  const session = await openSession(model.graph);
  try {
    const generators = { dropout: Generator.seeded(seed, 'dropout') };
    const training: Training = {
      session,
      recipe: { ...recipe, batchSize },
      windows: rowWindows(counts.train, batchSize, recipe.steps),
      validationTokens: counts.valid,
      ...generators,
      ...stepListener(control),
    };
    const runEpochOf = (epoch: number): Promise<LanguageEpochRecord> => runEpoch(training, epoch);
    const { graph } = model;
    const trained = await runEpochs<LanguageEpochRecord>(
      { graph, session, generators, seed, kind: 'text', epochs: recipe.epochs, runEpoch: runEpochOf },
      control,
      checkpoints,
    );
    return { architecture, ...trained, weights: readWeights(session, model) };
  } finally {
    session.close();
  }
}

interface Training extends StepListener {
  readonly session: Session;
  readonly recipe: TextRecipe;
  readonly windows: readonly RowWindow[];
  readonly validationTokens: number;
  readonly dropout: Generator;
}

async function runEpoch(training: Training, epoch: number): Promise<LanguageEpochRecord> {
  const { session, recipe, windows, validationTokens, dropout, onStep, turn, now } = training;
  const started = now();
  const learningRate = languageRateAt(recipe, epoch);
  const evaluations = rowWindows(validationTokens, recipe.batchSize, recipe.steps).length;
  const steps = windows.length + evaluations;

  const trained = { loss: 0, tokens: 0 };
  session.run('reset');
  for (const [step, { positions, ends }] of windows.entries()) {
    const seed = Int32Array.of(dropout.uint32() | 0, dropout.uint32() | 0);
    const results = session.run('train', { positions, ends, learning_rate: learningRate, seed });
    const loss = finite(fetchedNumber(results, 'loss'), `step ${step + 1} of epoch ${epoch + 1}`);
    trained.loss += recipe.batchSize * loss;
    trained.tokens += fetchedNumber(results, 'tokens');
    onStep(epoch, step + 1, steps);
    await turn();
  }
  const loss = await validate(training, (step) => {
    onStep(epoch, windows.length + step, steps);
  });
  return {
    kind: 'text',
    epoch,
    trainPerplexity: perplexityOf(trained.loss / trained.tokens),
    validationPerplexity: perplexityOf(finite(loss, `the evaluation of epoch ${epoch + 1}`)),
    learningRate,
    seconds: (now() - started) / 1000,
  };
}

/** The mean loss of the validation tokens, nats. */
async function validate(
  { session, recipe, validationTokens, turn }: Training,
  onStep: (step: number) => void,
): Promise<number> {
  const evaluation = evaluateText(session, validationTokens, { ...recipe, samples: 0, seed: 0 });
  for (let step = 1; ; step++) {
    const { done, value } = evaluation.next();
    if (done) return value.loss;
    onStep(step);
    await turn();
  }
}

function finite(loss: number, where: string): number {
  if (Number.isFinite(loss)) return loss;
  throw new CellsmithError(
    'child.diverged',
    `The loss became ${loss} in ${where}: the learning rate is too high for this cell.`,
  );
}

function readWeights(session: Session, { weights }: LanguageModel): NamedTensor[] {
  const values = session.run('read');
  return weights.map(({ name, shape }) => ({ name, shape, values: fetchedFloats(values, name) }));
}
