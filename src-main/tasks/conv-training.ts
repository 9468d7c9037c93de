import type { z } from 'zod';
import type { convTask } from '../../src-shared/tasks/conv/conv-task';
import { CellsmithError } from '../../src-shared/errors';
import type { TestBase } from '../../src-shared/tasks/data-kind';
import { imageTestSchema } from '../../src-shared/tasks/images/image-data';
import { evaluateChild } from '../children/evaluate-child';
import { trainChild } from '../children/train-child';
import { loadTrainingData, type TrainingData } from '../datasets/images/load-training-data';
import type { ChildTraining } from './child-training';

type Child = z.infer<typeof convTask.childSchema>;

/** Convolutional networks on images. */
export const convTraining: ChildTraining<Child, TrainingData> = {
  kind: 'images',
  load: ({ recipe: { validation, splitSeed } }, trainFolder) =>
    loadTrainingData({ trainFolder, validation, seed: splitSeed }),
  dataKey: ({ recipe: { validation, splitSeed } }) => [validation, splitSeed],
  excerpt: (data, { recipe }, { training, evaluation }) => {
    const batch = Math.min(recipe.batchSize, data.trainIndices.length);
    return {
      ...data,
      trainIndices: data.trainIndices.subarray(0, batch * training),
      validationIndices: data.validationIndices.subarray(0, batch * evaluation),
    };
  },
  train: async (child, seed, data, control, checkpoints) => ({
    ...(await trainChild({ ...child, seed }, data, control, checkpoints)),
    hidden: null,
  }),
  evaluate: async (child, { seed, weights, trainFolder, test }, listener) => {
    const images = imagesOf(test);
    const { validation, splitSeed } = child.recipe;
    const data = await loadTrainingData({ trainFolder, validation, seed: splitSeed });
    return evaluateChild({ ...child, seed, weights, data, images }, listener);
  },
  slowed: (child, slow) => {
    const { architecture, recipe } = child;
    const predicted = architecture.learningRate !== undefined && { learningRate: slow.learningRate };
    return { ...child, architecture: { ...architecture, ...predicted }, recipe: { ...recipe, ...slow } };
  },
};

function imagesOf(test: TestBase | null): z.infer<typeof imageTestSchema> {
  const parsed = imageTestSchema.safeParse(test);
  if (parsed.success) return parsed.data;
  throw new CellsmithError('internal', 'A network was given no images.');
}
