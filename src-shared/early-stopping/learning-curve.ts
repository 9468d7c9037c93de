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
export const leastEpochs = 4;

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
