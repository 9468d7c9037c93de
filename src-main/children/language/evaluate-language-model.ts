import { setImmediate as nextTurn } from 'node:timers/promises';
import { languageArchitecture } from '../../../src-shared/architecture/cell/language-model';
import { perplexityOf } from '../../../src-shared/tasks/text/text-data';
import { hasCustomOps } from '../../engine/load';
import { openSession, type FeedValue, fetchedFloats, type Session } from '../../engine/session';
import { assignWeights } from '../child-state';
import type { EvaluationListener } from '../evaluate-child';
import type { NamedTensor } from '../safetensors';
import { languageModel, type LanguageJob, type TokenFile } from './language-model';
import { CellsmithError } from '../../../src-shared/errors';
import { Generator } from '../../../src-shared/random';
import { type RowWindow, rowWindows } from './text-windows';

/** A text to evaluate a trained language model on. */
interface LanguageEvaluation extends LanguageJob {
  readonly weights: readonly NamedTensor[];
  readonly text: TokenFile;
  readonly vocabulary: readonly string[];
}

/**
 * The perplexity of a trained language model on a text; with variational dropout, probabilities are averaged over the recipe's number of
 * dropout samples (Monte Carlo).
 * @returns null when it is not finite
 * @throws run.damaged when the weights do not match the model; architecture.invalid, engine.*
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
    // The training signature is not called.
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

/** The loss of a model on a text. */
interface TextLoss {
  /** Mean over all tokens, nats; NaN or infinite for a model that diverged. */
  readonly loss: number;
  readonly tokens: number;
}

interface TextEvaluation {
  readonly batchSize: number;
  readonly steps: number;
  /** Samples of variational dropout whose probabilities are averaged; 0 evaluates without dropout. */
  readonly samples: number;
  /** Of the draws. */
  readonly seed: number;
}

/**
 * Evaluates a model on all of its validation tokens, each counted once, in one pass, or one for every sample. Yields after each
 * window, so that the caller may yield to the event loop.
 *
 * With samples, the probability of a token is averaged over them (Monte Carlo, Gal & Ghahramani, 2016): each sample is one
 * dropout mask, which reads the whole text.
 *
 * @param tokens the number of validation tokens
 */
export function* evaluateText(
  session: Session,
  tokens: number,
  { batchSize, steps, samples, seed }: TextEvaluation,
): Iterator<undefined, TextLoss> & Iterable<undefined> {
  const windows = rowWindows(tokens, batchSize, steps);
  if (samples === 0) {
    let total = 0;
    session.run('reset_evaluation');
    for (const window of windows) {
      const losses = fetchedFloats(session.run('evaluate', feeds(window)), 'losses');
      for (const loss of losses) total += loss;
      yield;
    }
    return { loss: total / tokens, tokens };
  }
  const draws = Generator.seeded(seed, 'monte carlo');
  /** Sums of probabilities over the samples so far, for the tokens of every window. */
  const sums = windows.map(() => new Float64Array(batchSize * steps));
  for (let sample = 0; sample < samples; sample++) {
    const drawn = Int32Array.of(draws.uint32() | 0, draws.uint32() | 0);
    session.run('reset_evaluation');
    for (const [i, window] of windows.entries()) {
      const losses = fetchedFloats(session.run('sample', { ...feeds(window), seed: drawn }), 'losses');
      const sum = sums[i];
      if (!sum) throw new CellsmithError('internal', 'A window is missing.');
      for (const [place, loss] of losses.entries()) sum[place] = (sum[place] ?? 0) + Math.exp(-loss);
      yield;
    }
  }
  let total = 0;
  // Padding has loss 0 in every sample, so mean probability 1, and adds nothing.
  for (const sum of sums) for (const value of sum) total -= Math.log(value / samples);
  return { loss: total / tokens, tokens };
}

function feeds({ positions, ends }: RowWindow): Record<string, FeedValue> {
  return { positions, ends };
}
