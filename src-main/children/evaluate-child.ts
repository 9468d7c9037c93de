import { setImmediate as nextTurn } from 'node:timers/promises';
import type { TrainingData } from '../datasets/images/load-training-data';
import { fetchedNumber, openSession } from '../engine/session';
import { assignWeights } from './child-state';
import { evaluationBatches } from './schedule';
import { convChild, type ImageFiles } from './conv-child';
import type { NamedTensor } from './safetensors';
import { taskOf, type ChildJob } from './train-child';

/** What the caller hears while a trained child is evaluated; called between steps. */
export interface EvaluationListener {
  readonly onStep?: (step: number, steps: number) => void;
  /** Awaited between steps: gives the event loop its turn. */
  readonly turn?: () => Promise<void>;
}

/** Images to evaluate a trained network on. */
export interface ImageEvaluation extends ChildJob {
  readonly weights: readonly NamedTensor[];
  /** What it was trained on: side, classes and whitening are those. */
  readonly data: TrainingData;
  readonly images: ImageFiles;
}

/**
 * The share of images that a trained network classifies correctly, in [0, 1]; each image counts once.
 * @throws run.damaged when the weights do not match the network; architecture.invalid, config.invalid, engine.*
 */
export async function evaluateChild(
  { architecture, recipe, weights, data, images }: ImageEvaluation,
  { onStep, turn = nextTurn }: EvaluationListener = {},
): Promise<number> {
  const batch = Math.min(recipe.batchSize, images.count);
  const child = convChild(architecture, taskOf(data), recipe, batch, images, data);
  const session = await openSession(child.graph);
  try {
    session.run('init', { seed: Int32Array.of(0, 0) });
    assignWeights(session, child, weights);
    const all = Int32Array.from({ length: images.count }, (_, image) => image);
    const batches = evaluationBatches(all, batch);
    let correct = 0;
    for (const [step, { indices, weights: counted }] of batches.entries()) {
      correct += fetchedNumber(session.run('evaluate', { indices, weights: counted }), 'correct');
      onStep?.(step + 1, batches.length);
      await turn();
    }
    return correct / images.count;
  } finally {
    session.close();
  }
}
