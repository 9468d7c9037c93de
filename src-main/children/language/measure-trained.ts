import { setImmediate as nextTurn } from 'node:timers/promises';
import { languageArchitecture } from '../../../src-shared/architecture/cell/language-model-size';
import { perplexityOf } from '../../../src-shared/tasks/text/language-epoch';
import { hasCustomOps } from '../../engine/load';
import { openSession } from '../../engine/session';
import { assignWeights } from '../assign-weights';
import type { MeasureListener } from '../measure-child';
import type { NamedTensor } from '../safetensors';
import { languageModel, type TokenFile } from './language-model';
import { measureText } from './measure-text';
import type { LanguageJob } from './train-language-child';

/** A text to measure a trained language model on. */
export interface LanguageExam extends LanguageJob {
  readonly weights: readonly NamedTensor[];
  readonly text: TokenFile;
  readonly vocabulary: readonly string[];
}

/**
 * The perplexity of a trained language model on a text that it reads once; with draws of variational dropout, as many as its recipe asks
 * for, the probabilities are averaged over them (Monte Carlo).
 * @returns null past all numbers
 * @throws run.damaged when the weights are not those of the model; architecture.invalid, engine.*
 */
export async function measureTrainedLanguage(
  { cell, recipe, seed, weights, text, vocabulary }: LanguageExam,
  { onStep, turn = nextTurn }: MeasureListener = {},
): Promise<number | null> {
  const architecture = languageArchitecture(cell, recipe, vocabulary.length);
  const batchSize = Math.min(recipe.batchSize, text.count);
  const model = languageModel(
    architecture,
    { ...recipe, batchSize },
    // Nothing is trained: the signature that would is not called.
    { train: text, valid: text, startToken: Math.max(0, vocabulary.indexOf('<eos>')) },
    { customOps: hasCustomOps() },
  );
  const session = await openSession(model.graph);
  try {
    session.run('init', { seed: Int32Array.of(0, 0) });
    assignWeights(session, model, weights);
    const samples = recipe.dropout.kind === 'variational' ? recipe.dropout.samples : 0;
    const { steps } = recipe;
    const all = Math.ceil(Math.ceil(text.count / batchSize) / steps) * Math.max(1, samples);
    const measuring = measureText(session, text.count, { batchSize, steps, samples, seed });
    for (let step = 1; ; step++) {
      const { done, value } = measuring.next();
      if (done) return perplexityOf(value.loss);
      onStep?.(step, all);
      await turn();
    }
  } finally {
    session.close();
  }
}
