import { setImmediate as nextTurn } from 'node:timers/promises';
import { languageArchitecture } from '../../../src-shared/architecture/cell/language-model-size';
import { perplexityOf } from '../../../src-shared/tasks/text/language-epoch';
import { hasCustomOps } from '../../engine/load';
import { openSession } from '../../engine/session';
import { assignWeights } from '../assign-weights';
import type { EvaluationListener } from '../evaluate-child';
import type { NamedTensor } from '../safetensors';
import { languageModel, type TokenFile } from './language-model';
import { evaluateText } from './evaluate-text';
import type { LanguageJob } from './train-language-child';

/** A text to evaluate a trained language model on. */
export interface LanguageEvaluation extends LanguageJob {
  readonly weights: readonly NamedTensor[];
  readonly text: TokenFile;
  readonly vocabulary: readonly string[];
}

/**
 * The perplexity of a trained language model on a text that it reads once; with draws of variational dropout, as many as its recipe asks
 * for, the probabilities are averaged over them (Monte Carlo).
 * @returns null when it is not finite
 * @throws run.damaged when the weights are not those of the model; architecture.invalid, engine.*
 */
export async function evaluateLanguageModel(
  { cell, recipe, seed, weights, text, vocabulary }: LanguageEvaluation,
  { onStep, turn = nextTurn }: EvaluationListener = {},
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
    const evaluation = evaluateText(session, text.count, { batchSize, steps, samples, seed });
    for (let step = 1; ; step++) {
      const { done, value } = evaluation.next();
      if (done) return perplexityOf(value.loss);
      onStep?.(step, all);
      await turn();
    }
  } finally {
    session.close();
  }
}
