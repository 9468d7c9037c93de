import { measureTrainedLanguage } from '../../children/language/measure-trained';
import { measureTrainedChild, type MeasureListener } from '../../children/measure-child';
import { readSafetensors } from '../../children/safetensors';
import { loadTrainingData } from '../../datasets/load-training-data';
import { loadTrainingTokens } from '../../datasets/text/load-training-tokens';
import { CellsmithError } from '../../../src-shared/errors';
import type { ExamJob } from '../protocol';

/**
 * Measures a trained child on the test files of a job, or on the validation part of its text.
 * @returns an accuracy in [0, 1], or a perplexity; null for one past all numbers
 * @throws run.damaged when its weights are not those of the child; data.*, engine.*
 */
export async function examineTrained(job: ExamJob, listener: MeasureListener): Promise<number | null> {
  const { child, seed, data: trainFolder, test } = job;
  const { tensors: weights } = readSafetensors(job.weights);
  if (child.kind === 'text') {
    const { validFile, counts, vocabulary } = await loadTrainingTokens({ trainFolder });
    const text =
      test?.kind === 'text'
        ? { file: test.tokensFile, count: test.count }
        : { file: validFile, count: counts.valid };
    return measureTrainedLanguage({ ...child, seed, weights, text, vocabulary }, listener);
  }
  if (test?.kind !== 'images') throw new CellsmithError('internal', 'A network was given no images.');
  const { validation, splitSeed } = child.recipe;
  const data = await loadTrainingData({ trainFolder, validation, seed: splitSeed });
  return measureTrainedChild({ ...child, seed, weights, data, images: test }, listener);
}
