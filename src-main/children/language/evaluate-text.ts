import { CellsmithError } from '../../../src-shared/errors';
import { Generator } from '../../../src-shared/random';
import { type FeedValue, fetchedFloats, type Session } from '../../engine/session';
import { type RowWindow, rowWindows } from './corpus-rows';

/** How well a model predicts a text. */
export interface TextLoss {
  /** Mean over all tokens, nats; NaN or infinite for a model that diverged. */
  readonly loss: number;
  readonly tokens: number;
}

export interface TextEvaluation {
  readonly batchSize: number;
  readonly steps: number;
  /** Draws of variational dropout whose probabilities are averaged; 0 evaluates without dropout. */
  readonly samples: number;
  /** Of the draws. */
  readonly seed: number;
}

/**
 * Evaluates a model on all of its validation tokens, each counted once, in one pass or one for every draw. Yields after each
 * window, so that the caller may let others work.
 *
 * With draws, the probability that a token had is averaged over them (Monte Carlo, Gal & Ghahramani, 2016): each draw is one
 * network that reads the whole text.
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
  /** Sums of probabilities over the draws so far, of every window's tokens. */
  const sums = windows.map(() => new Float64Array(batchSize * steps));
  for (let sample = 0; sample < samples; sample++) {
    const drawn = Int32Array.of(draws.uint32() | 0, draws.uint32() | 0);
    session.run('reset_evaluation');
    for (const [i, window] of windows.entries()) {
      const losses = fetchedFloats(session.run('sample', { ...feeds(window), seed: drawn }), 'losses');
      const sum = sums[i];
      if (!sum) throw new CellsmithError('internal', 'A window was lost.');
      for (const [place, loss] of losses.entries()) sum[place] = (sum[place] ?? 0) + Math.exp(-loss);
      yield;
    }
  }
  let total = 0;
  // What does not count has loss 0 in every draw, so probability 1 on average, and adds nothing.
  for (const sum of sums) for (const value of sum) total -= Math.log(value / samples);
  return { loss: total / tokens, tokens };
}

function feeds({ positions, ends }: RowWindow): Record<string, FeedValue> {
  return { positions, ends };
}
