import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { imageTaskSchema } from '../../../src-shared/architecture/conv/conv-architecture';
import { storedNetworkSchema } from '../../../src-shared/architecture/conv/layered-network';
import { imageRecipeSchema, type ImageRecipe } from '../../../src-shared/tasks/images/image-recipe';
import { convChild } from '../../children/conv-child';
import { cropPlan, evaluationBoxes } from '../../children/image-input';
import { fetchedFloats, fetchedNumber, openSession } from '../../engine/session';
import { tinyRecipe } from '../data/tiny-images';

const requestSchema = z.strictObject({
  architecture: storedNetworkSchema,
  /** The variable prefix of each node. */
  names: z.array(z.string()).readonly(),
  task: imageTaskSchema,
  recipe: imageRecipeSchema.pick({
    momentum: true,
    nesterov: true,
    weightDecay: true,
    batchNormEpsilon: true,
    batchNormMomentum: true,
  }),
  batch: z.int().min(1),
  rates: z.array(z.number()),
  seed: z.int(),
});
/** The request to the reference: a network, and training steps at given rates. */
export type ReferenceRequest = z.infer<typeof requestSchema>;

const tensors = z.record(z.string(), z.string());
const referenceSchema = z.object({
  request: requestSchema,
  images: z.string(),
  labels: z.string(),
  mean: z.array(z.number()),
  std: z.array(z.number()),
  before: tensors,
  afterFirst: tensors,
  after: tensors,
  steps: z.array(
    z.object({
      indices: z.array(z.int()),
      rate: z.number(),
      loss: z.number(),
      correct: z.int(),
      gradientNorm: z.number(),
    }),
  ),
  evaluation: z.object({ loss: z.number(), correct: z.int() }),
});

/** The output of src-main/children/fixtures/conv_child_torch.py. */
export type ChildReference = z.infer<typeof referenceSchema>;

export function parseReference(value: unknown): ChildReference {
  return referenceSchema.parse(value);
}

/** Largest differences, relative to 1 or to the reference's value where that is larger. */
export interface Differences {
  loss: number;
  correct: number;
  gradientNorm: number;
  /** Of the first step's gradients, derived from its change of the weights. */
  firstGradient: number;
  weights: number;
  evaluationLoss: number;
}

/**
 * Repeats the reference's steps in the training graph, from the same weights on the same images.
 * @param folder gets the images
 */
export async function compareWithReference(reference: ChildReference, folder: string): Promise<Differences> {
  const { request, mean, std, steps, evaluation } = reference;
  const { architecture, task, batch } = request;
  const recipe: ImageRecipe = {
    ...tinyRecipe,
    ...request.recipe,
    side: task.height,
    augmentation: { enlarge: 'none', enlargedSide: 1, horizontalFlip: false },
  };
  mkdirSync(folder, { recursive: true });
  const files = {
    imagesFile: join(folder, 'images.bin'),
    labelsFile: join(folder, 'labels.bin'),
    count: 3 * batch,
  };
  writeFileSync(files.imagesFile, Buffer.from(reference.images, 'base64'));
  writeFileSync(files.labelsFile, Buffer.from(reference.labels, 'base64'));
  const { graph, weights } = convChild(architecture, task, recipe, batch, files, { mean, std });
  const boxes = evaluationBoxes(cropPlan(task.height, recipe.augmentation), batch);

  const largest: Differences = {
    loss: 0,
    correct: 0,
    gradientNorm: 0,
    firstGradient: 0,
    weights: 0,
    evaluationLoss: 0,
  };
  const note = (what: keyof Differences, ours: number, theirs: number): void => {
    const difference = Math.abs(ours - theirs) / Math.max(1, Math.abs(theirs));
    // NaN must not pass for a small difference.
    largest[what] = Number.isNaN(difference) ? Infinity : Math.max(largest[what], difference);
  };

  const session = await openSession(graph);
  try {
    session.run('init', { seed: Int32Array.of(0, 0) });
    const initial = session.run('read');
    const restored = Object.fromEntries(
      Object.keys(initial).map((name) => [
        name,
        reference.before[name] === undefined ? fetchedFloats(initial, name) : floats(reference.before, name),
      ]),
    );
    session.run('assign', restored);
    const compareWeights = (theirs: Record<string, string>, what: 'weights' | 'firstGradient'): void => {
      const values = session.run('read');
      for (const { name, trainable } of weights) {
        if (what === 'firstGradient' && !trainable) continue;
        const [now, before, expected] = [
          fetchedFloats(values, name),
          floats(reference.before, name),
          floats(theirs, name),
        ];
        // The first step of Nesterov momentum moves a weight by rate · (1 + momentum) · gradient.
        const unit = what === 'weights' ? 1 : (steps[0]?.rate ?? 0) * (1 + recipe.momentum);
        const moved = (value: number | undefined, i: number): number =>
          ((value ?? NaN) - (what === 'weights' ? 0 : (before[i] ?? NaN))) / unit;
        for (let i = 0; i < Math.max(now.length, expected.length); i++)
          note(what, moved(now[i], i), moved(expected[i], i));
      }
    };
    for (const [number, step] of steps.entries()) {
      const indices = Int32Array.from(step.indices);
      const results = session.run('train', { indices, boxes, learning_rate: step.rate });
      note('loss', fetchedNumber(results, 'loss'), step.loss);
      note('correct', fetchedNumber(results, 'correct'), step.correct);
      note('gradientNorm', fetchedNumber(results, 'gradient_norm'), step.gradientNorm);
      if (number === 0) compareWeights(reference.afterFirst, 'firstGradient');
    }
    compareWeights(reference.after, 'weights');
    const measured = session.run('evaluate', {
      indices: Int32Array.from({ length: batch }, (_, i) => i),
      weights: new Float32Array(batch).fill(1),
    });
    note('evaluationLoss', fetchedNumber(measured, 'loss'), evaluation.loss);
    note('correct', fetchedNumber(measured, 'correct'), evaluation.correct);
  } finally {
    session.close();
  }
  return largest;
}

function floats(values: Record<string, string>, name: string): Float32Array {
  const bytes = Buffer.from(values[name] ?? '', 'base64');
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
}
