import {
  type EarlyStoppingConfig,
  reasonToEnd,
  runningAverages,
  scoreOf,
  scoreOfMetric,
  type EarlierChild,
} from '../../src-shared/early-stopping';
import { outcomeOf } from '../../src-shared/run/metric';
import { epochsOf, type RecordedRun } from './recorded-run';

/** What a rule would have done in a run whose proposals did not depend on the rewards. */
export interface Replay {
  /** Children that it would have ended. */
  readonly ended: number;
  /** Shares of the epochs, and of the seconds of training, that it would have saved. */
  readonly epochsSaved: number;
  readonly timeSaved: number;
  /** Spearman's rank correlation of the rewards with those of children that are all trained to the end. */
  readonly rankCorrelation: number;
  /** How far, in what children are compared by (an accuracy, or the logarithm of a perplexity), the child that comes out best is from the best. */
  readonly regret: number;
  /** Of the best five, those that it would have trained to the end. */
  readonly bestKept: number;
}

const bestOf = 5;

/** Goes through the children of a run in batches, as a search does, with a rule that ends them. */
export function replay({ config, children }: RecordedRun, options: EarlyStoppingConfig): Replay {
  const { recipe, controller } = config;
  const batchSize = 'childrenPerUpdate' in controller ? controller.childrenPerUpdate : 1;
  const earlier: EarlierChild[] = [];
  const given: number[] = [];
  for (let first = 0; first < children.length; first += batchSize) {
    const batch = children.slice(first, first + batchSize).map((child) => {
      const epochs = epochsOf(config, child, recipe.epochs);
      const scores = epochs.map(scoreOf);
      let count = 1;
      while (
        count < recipe.epochs &&
        reasonToEnd(scores.slice(0, count), recipe.epochs, earlier, options) === undefined
      )
        count += 1;
      const { measure } = outcomeOf(epochs.slice(0, count), recipe);
      given.push(count);
      return {
        averages: runningAverages(scores.slice(0, count)),
        final: count < recipe.epochs ? null : scoreOfMetric(recipe.kind, measure),
      };
    });
    earlier.push(...batch);
  }
  const outcomes = (counts: readonly number[]) =>
    children.map((child, place) => outcomeOf(epochsOf(config, child, counts[place] ?? 0), recipe));
  const all = children.map(() => recipe.epochs);
  const whole = outcomes(all);
  const cut = outcomes(given);
  const finals = whole.map(({ measure }) => scoreOfMetric(recipe.kind, measure));
  const byFinal = orderOf(finals);
  const chosen = orderOf(cut.map(({ reward }) => reward))[0] ?? 0;
  const secondsOf = (counts: readonly number[]): number =>
    children.reduce(
      (total, { seconds }, place) =>
        total + seconds.slice(0, counts[place]).reduce((sum, one) => sum + one, 0),
      0,
    );
  return {
    ended: given.filter((count) => count < recipe.epochs).length,
    epochsSaved: 1 - given.reduce((sum, count) => sum + count, 0) / (children.length * recipe.epochs),
    timeSaved: 1 - secondsOf(given) / secondsOf(all),
    rankCorrelation: spearman(
      whole.map(({ reward }) => reward),
      cut.map(({ reward }) => reward),
    ),
    regret: (finals[byFinal[0] ?? 0] ?? NaN) - (finals[chosen] ?? NaN),
    bestKept: byFinal.slice(0, bestOf).filter((place) => given[place] === recipe.epochs).length,
  };
}

/** Places from the largest value to the smallest; of equal ones the earlier first. */
function orderOf(values: readonly number[]): number[] {
  return values.map((_, place) => place).sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0) || a - b);
}

/** Spearman's rank correlation; equal values share the mean of their ranks. */
export function spearman(one: readonly number[], other: readonly number[]): number {
  const [a, b] = [ranksOf(one), ranksOf(other)];
  const mean = (a.length + 1) / 2;
  const products = (x: readonly number[], y: readonly number[]): number =>
    x.reduce((sum, rank, place) => sum + (rank - mean) * ((y[place] ?? mean) - mean), 0);
  return products(a, b) / Math.sqrt(products(a, a) * products(b, b));
}

function ranksOf(values: readonly number[]): number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const equal = values.filter((other) => other === value).length;
    return below + (equal + 1) / 2;
  });
}
