import { CellsmithError } from '../../src-shared/errors';
import type { ConvArchitecture, ImageTask } from '../../src-shared/architecture/conv/conv-architecture';
import type { ImageRecipe } from '../../src-shared/tasks/images/image-recipe';
import { Generator } from '../../src-shared/random';
import type { ImageEpochRecord } from '../../src-shared/tasks/images/image-data';
import type { TrainingData } from '../datasets/images/load-training-data';
import { fetchedFloats, fetchedNumber, openSession, type Session } from '../engine/session';
import { evaluationBatches, stepsPerEpoch, trainingBatches, learningRateAt } from './schedule';
import { type ConvChild, convChild, needsSeed } from './conv-child';
import { type CropPlan, cropPlan, randomBoxes } from './image-input';
import type { NamedTensor } from './safetensors';
import type { ChildCheckpoints } from './child-state';
import { runEpochs, stepListener, type StepListener, type TrainControl } from './run-epochs';

/** A child to train: architecture, recipe, and the seed of weights, order of images and augmentation. */
export interface ChildJob {
  readonly architecture: ConvArchitecture;
  readonly recipe: ImageRecipe;
  readonly seed: number;
}

export interface TrainedChild {
  readonly epochs: readonly ImageEpochRecord[];
  /** Whether it was stopped before the recipe's last epoch. */
  readonly stopped: boolean;
  readonly weights: readonly NamedTensor[];
}

/**
 * Trains a child on the training part and evaluates it on the validation part after each epoch (paper section 4.1).
 * On one machine with a fixed number of threads the result is a function of the job and the data, bit for bit (seen with one and
 * two threads); another number of threads, or another CPU, sums in another order.
 *
 * Yields to the event loop between steps, so that messages are received.
 *
 * @param checkpoints to write after epochs and resume from; null for none
 * @throws child.diverged as soon as a loss is not finite; architecture.invalid, config.invalid, engine.*
 */
export async function trainChild(
  job: ChildJob,
  data: TrainingData,
  control: TrainControl = {},
  checkpoints: ChildCheckpoints | null = null,
): Promise<TrainedChild> {
  const { recipe, seed } = job;
  if (data.validationIndices.length === 0 || data.trainIndices.length === 0)
    throw new CellsmithError('config.invalid', 'A child needs training images and validation images.');
  const batch = Math.min(recipe.batchSize, data.trainIndices.length);
  const child = convChild(job.architecture, taskOf(data), recipe, batch, data, data);
  const { graph } = child;
  const session = await openSession(graph);
  try {
    const drops = needsSeed(job.architecture) ? { dropout: Generator.seeded(seed, 'dropout') } : {};
    const generators = {
      order: Generator.seeded(seed, 'order'),
      crops: Generator.seeded(seed, 'crops'),
      ...drops,
    };
    const training: Training = {
      session,
      recipe,
      data,
      batch,
      initialRate: job.architecture.learningRate ?? recipe.learningRate,
      plan: cropPlan(data.side, recipe.augmentation),
      ...generators,
      ...stepListener(control),
    };
    const runEpochOf = (epoch: number): Promise<ImageEpochRecord> => runEpoch(training, epoch);
    const { epochs } = recipe;
    const trained = await runEpochs<ImageEpochRecord>(
      { graph, session, generators, seed, kind: 'images', epochs, runEpoch: runEpochOf },
      control,
      checkpoints,
    );
    return { ...trained, weights: readWeights(session, child) };
  } finally {
    session.close();
  }
}

/** The task of a data set. */
export function taskOf({ side, channels, classes }: TrainingData): ImageTask {
  return { height: side, width: side, channels, classes: classes.length };
}

interface Training extends StepListener {
  readonly session: Session;
  readonly recipe: ImageRecipe;
  readonly data: TrainingData;
  readonly batch: number;
  readonly initialRate: number;
  readonly plan: CropPlan;
  readonly order: Generator;
  readonly crops: Generator;
  /** Of a network with dropout. */
  readonly dropout?: Generator;
}

async function runEpoch(training: Training, epoch: number): Promise<ImageEpochRecord> {
  const { session, recipe, data, batch, initialRate, plan, order, crops, dropout, onStep, turn, now } =
    training;
  const started = now();
  const trainSteps = stepsPerEpoch(data.trainIndices.length, batch);
  const evaluation = evaluationBatches(data.validationIndices, batch);
  const steps = trainSteps + evaluation.length;
  const rateAt = (step: number): number =>
    learningRateAt(recipe, initialRate, { epoch, step, steps: trainSteps });

  const trained = { loss: 0, correct: 0 };
  for (const [step, indices] of trainingBatches(data.trainIndices, batch, order).entries()) {
    const boxes = randomBoxes(plan, batch, crops);
    const seed = dropout && { seed: Int32Array.of(dropout.uint32() | 0, dropout.uint32() | 0) };
    const results = session.run('train', { indices, boxes, learning_rate: rateAt(step), ...seed });
    trained.loss += finite(fetchedNumber(results, 'loss'), `step ${step + 1} of epoch ${epoch + 1}`);
    trained.correct += fetchedNumber(results, 'correct');
    onStep(epoch, step + 1, steps);
    await turn();
  }

  const validated = { loss: 0, correct: 0 };
  for (const [step, { indices, weights }] of evaluation.entries()) {
    const results = session.run('evaluate', { indices, weights });
    validated.loss += finite(fetchedNumber(results, 'loss'), `the evaluation of epoch ${epoch + 1}`);
    validated.correct += fetchedNumber(results, 'correct');
    onStep(epoch, trainSteps + step + 1, steps);
    await turn();
  }
  return {
    kind: 'images',
    epoch,
    trainLoss: trained.loss / trainSteps,
    trainAccuracy: trained.correct / (trainSteps * batch),
    validationLoss: validated.loss / data.validationIndices.length,
    validationAccuracy: validated.correct / data.validationIndices.length,
    learningRate: rateAt(0),
    seconds: (now() - started) / 1000,
  };
}

function finite(loss: number, where: string): number {
  if (Number.isFinite(loss)) return loss;
  throw new CellsmithError(
    'child.diverged',
    `The loss became ${loss} in ${where}: the learning rate is too high for this network.`,
  );
}

function readWeights(session: Session, { weights }: ConvChild): NamedTensor[] {
  const values = session.run('read');
  return weights.map(({ name, shape }) => ({ name, shape, values: fetchedFloats(values, name) }));
}
