import type { z } from 'zod';
import type { cellTask } from '../../src-shared/tasks/cell/cell-task';
import { textTestSchema } from '../../src-shared/tasks/text/text-data';
import { evaluateLanguageModel } from '../children/language/evaluate-language-model';
import { trainLanguageChild } from '../children/language/train-language-child';
import { loadTrainingTokens, type TrainingTokens } from '../datasets/text/text-reader';
import type { ChildTraining } from './child-training';

type Child = z.infer<typeof cellTask.childSchema>;

/** Language models of recurrent cells. */
export const cellTraining: ChildTraining<Child, TrainingTokens> = {
  kind: 'text',
  load: (_child, trainFolder) => loadTrainingTokens(trainFolder),
  dataKey: () => null,
  excerpt: (data, { recipe: { batchSize, steps } }, { training, evaluation }) => {
    const { train, valid } = data.counts;
    const window = Math.min(batchSize, train) * steps;
    return {
      ...data,
      counts: { train: Math.min(train, window * training), valid: Math.min(valid, window * evaluation) },
    };
  },
  train: async (child, seed, data, control, checkpoints) => {
    const trained = await trainLanguageChild({ ...child, seed }, data, control, checkpoints);
    return { ...trained, hidden: trained.architecture.hidden };
  },
  evaluate: async (child, { seed, weights, trainFolder, test }, listener) => {
    const { validFile, counts, vocabulary } = await loadTrainingTokens(trainFolder);
    const given = textTestSchema.safeParse(test);
    const text = given.success
      ? { file: given.data.tokensFile, count: given.data.count }
      : { file: validFile, count: counts.valid };
    return evaluateLanguageModel({ ...child, seed, weights, text, vocabulary }, listener);
  },
  slowed: (child, slow) => ({ ...child, recipe: { ...child.recipe, ...slow } }),
};
