import { percent } from './format';
import { counted } from './counted';
import { dataKinds, type EpochRecord } from './tasks/data-kinds';
import { z } from 'zod';
import { option } from './option';

const count = z.int().min(1);

/** Which rule ends unpromising children before their last epoch, if any (docs/early-stopping.md). */
export const earlyStoppingSchema = z.strictObject({
  rule: option(z.enum(['none', 'median', 'extrapolation']), {
    label: 'Early stopping',
    help: 'Whether unpromising networks are ended before their last epoch. none trains all to the end; median ends one whose best epoch is below the median of earlier networks; extrapolation ends one whose learning curve is unlikely to reach the best of them.',
    paper: { v1: 'none' },
  }),
  afterEpochs: option(count.max(10_000), {
    label: 'Minimum epochs',
    help: 'Epochs that every network is trained for before a rule may end it; the extrapolation needs 4.',
    advanced: true,
  }),
  afterChildren: option(count.max(100_000), {
    label: 'Minimum children',
    help: 'Earlier networks that a rule needs to compare with before it ends one.',
    advanced: true,
  }),
  best: option(count.max(1000), {
    label: 'Top-k',
    help: 'Extrapolation only: a network trains on while it may still rank among the k best.',
    advanced: true,
  }),
  confidence: option(z.number().min(0.5).max(0.9999), {
    label: 'Confidence',
    help: 'Extrapolation only: a network is ended when it misses the top k with more than this probability, judged by its learning curve.',
    advanced: true,
  }),
});
export type EarlyStoppingConfig = z.infer<typeof earlyStoppingSchema>;

/** Every child is trained to its end, as in the paper; the other values are defaults for when a rule is switched on. */
export const noEarlyStopping: EarlyStoppingConfig = {
  rule: 'none',
  afterEpochs: 4,
  afterChildren: 8,
  best: 5,
  confidence: 0.95,
};

/**
 * Why to stop a child early after its epochs so far, as the end of a sentence; undefined while it should continue. It depends on its
 * arguments alone.
 * @param scores of the child, after each of its epochs
 * @param epochs that it has in all
 */
export function reasonToEnd(
  scores: readonly number[],
  epochs: number,
  earlier: readonly EarlierChild[],
  options: EarlyStoppingConfig,
): string | undefined {
  const { rule, afterEpochs } = options;
  if (rule === 'none' || scores.length < afterEpochs || scores.length >= epochs) return undefined;
  return rule === 'median'
    ? belowMedian(scores, earlier, options)
    : belowBest(scores, epochs, earlier, options);
}

function belowMedian(
  scores: readonly number[],
  earlier: readonly EarlierChild[],
  { afterChildren }: EarlyStoppingConfig,
): string | undefined {
  const averages = earlier.flatMap(({ averages }) => averages[scores.length - 1] ?? []);
  if (averages.length < afterChildren || !isBelowMedian(scores, averages)) return undefined;
  return `its best result so far is below the median of ${counted(averages.length, 'earlier child', 'earlier children')}`;
}

function belowBest(
  scores: readonly number[],
  epochs: number,
  earlier: readonly EarlierChild[],
  { afterChildren, best, confidence }: EarlyStoppingConfig,
): string | undefined {
  const finals = earlier.flatMap(({ final }) => final ?? []);
  const enough = finals.length >= Math.max(afterChildren, best) && scores.length >= leastEpochs;
  if (!enough || !scores.every(Number.isFinite)) return undefined;
  const bound = finals.toSorted((a, b) => b - a)[best - 1] ?? -Infinity;
  const probability = probabilityBelow(bound, scores, epochs);
  if (probability <= confidence) return undefined;
  return `with a probability of ${percent(probability)} it would not come among the best ${best} of ${counted(finals.length, 'earlier child', 'earlier children')}`;
}

/**
 * What rules compare children by after an epoch; more is better. Accuracies are taken as they are; perplexities as minus their
 * logarithm, minus infinity for one past all numbers.
 */
export function scoreOf(record: EpochRecord): number {
  return scoreOfMetric(record.kind, dataKinds.of(record.kind).reached(record, 'validation').metric);
}

/** The same of what a trial stores as its measure. */
export function scoreOfMetric(kind: EpochRecord['kind'], measure: number | null): number {
  return measure === null ? -Infinity : dataKinds.of(kind).score(measure);
}

/** A child that others are compared with. */
export interface EarlierChild {
  /** After each of its epochs: the mean of its scores up to there. */
  readonly averages: readonly number[];
  /** The score of its measure when it was trained to its last epoch; null when it was ended before. */
  readonly final: number | null;
}

/** The mean of the first 1, 2, … scores. */
export function runningAverages(scores: readonly number[]): number[] {
  let sum = 0;
  return scores.map((score, place) => (sum += score) / (place + 1));
}

/** The middle one, or the mean of the two in the middle; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length / 2;
  const [below, above] = [sorted[Math.ceil(middle) - 1] ?? NaN, sorted[Math.floor(middle)] ?? NaN];
  return below === above ? below : (below + above) / 2;
}

/**
 * Whether a child is below the middle of those before it: its best score so far is lower than the median of the averages that they had
 * after as many epochs (the median stopping rule of Golovin et al., Google Vizier, KDD 2017, section 3.2.1).
 * @param scores of the child, after each of its epochs
 * @param averages of each earlier child, over as many epochs
 */
export function isBelowMedian(scores: readonly number[], averages: readonly number[]): boolean {
  return Math.max(...scores) < median(averages);
}

/** One curve that may be the child's, with how its score at the last epoch is then distributed: as Student's t. */
interface Forecast {
  readonly mean: number;
  readonly deviation: number;
  /** Logarithm of the likelihood of the scores so far, but for a constant. */
  readonly logLikelihood: number;
}

/** Minimum noise of a score (or of the logarithm of a perplexity): validation data are a sample. */
const leastNoise = 0.005;
/** A curve has three parameters: fewer scores leave no degrees of freedom to estimate its uncertainty. */
const leastEpochs = 4;

const rates = (from: number, to: number, count: number): number[] =>
  Array.from({ length: count }, (_, place) => from * (to / from) ** (place / (count - 1)));

/** How far a curve is from its limit after epoch 1, 2, …, but for a factor: shapes of Domhan et al. (IJCAI 2015), each at several rates. */
const shapes: readonly ((epoch: number) => number)[] = [
  ...rates(0.1, 3, 16).map((rate) => (epoch: number) => epoch ** -rate),
  ...rates(0.05, 3, 16).map((rate) => (epoch: number) => Math.exp(-rate * epoch)),
  (epoch: number) => 1 / Math.log(epoch + 1),
];

/**
 * How probable it is that a child's score will be below a bound after its last epoch, if its learning curve is c − a·s(epoch) with one of
 * the shapes s. For each shape, c and a ≥ 0 are fitted by least squares, which also says how far the prediction can be trusted;
 * shapes count as much as they make the scores so far likely.
 * @param scores after each of its epochs, at least `leastEpochs`, finite
 * @param epochs that it has in all
 */
export function probabilityBelow(bound: number, scores: readonly number[], epochs: number): number {
  const forecasts = shapes.map((shape) => forecast(shape, scores, epochs));
  const most = Math.max(...forecasts.map(({ logLikelihood }) => logLikelihood));
  let weights = 0;
  let below = 0;
  for (const { mean, deviation, logLikelihood } of forecasts) {
    const weight = Math.exp(logLikelihood - most);
    weights += weight;
    below += weight * studentBelow((bound - mean) / deviation, scores.length - 2);
  }
  // The sums of a tail may end a little below 0.
  return Math.max(0, below / weights);
}

function forecast(shape: (epoch: number) => number, scores: readonly number[], epochs: number): Forecast {
  const count = scores.length;
  const [meanScore, xs] = [meanOf(scores), scores.map((_, place) => shape(place + 1))];
  const meanX = meanOf(xs);
  const spread = xs.reduce((sum, x) => sum + (x - meanX) ** 2, 0);
  const together = xs.reduce((sum, x, place) => sum + (x - meanX) * ((scores[place] ?? 0) - meanScore), 0);
  // A curve that falls is taken to stay where it is on average.
  const slope = Math.min(0, together / spread);
  const residual = xs.reduce(
    (sum, x, place) => sum + ((scores[place] ?? 0) - meanScore - slope * (x - meanX)) ** 2,
    0,
  );
  const variance = Math.max(leastNoise ** 2, residual / (count - 2));
  const ahead = shape(epochs) - meanX;
  return {
    mean: meanScore + slope * ahead,
    deviation: Math.sqrt(variance * (1 + 1 / count + ahead ** 2 / spread)),
    logLikelihood: -(count / 2) * Math.log(variance) - residual / (2 * variance),
  };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The share of Student's t distribution below t, exactly (Abramowitz & Stegun, 26.7.3 and 26.7.4). @param freedom whole, from 1 */
function studentBelow(t: number, freedom: number): number {
  const angle = Math.atan(t / Math.sqrt(freedom));
  const cosine = Math.cos(angle);
  const isOdd = freedom % 2 === 1;
  let term = isOdd ? cosine : 1;
  let sum = 0;
  for (let power = isOdd ? 1 : 0; power <= freedom - 2; power += 2) {
    sum += term;
    term *= (cosine ** 2 * (power + 1)) / (power + 2);
  }
  const within = Math.sin(angle) * sum;
  return 0.5 + (isOdd ? (angle + within) / Math.PI : within / 2);
}
