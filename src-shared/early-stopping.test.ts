import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  noEarlyStopping,
  type EarlyStoppingConfig,
  reasonToEnd,
  runningAverages,
  scoreOf,
  scoreOfMetric,
  type EarlierChild,
  isBelowMedian,
  median,
  probabilityBelow,
} from './early-stopping';
import { epochRecordSchema } from './tasks/data-kinds';

const child = (scores: readonly number[], isWhole = true): EarlierChild => ({
  averages: runningAverages(scores),
  final: isWhole ? (scores.at(-1) ?? null) : null,
});
const rising = (to: number): number[] => Array.from({ length: 8 }, (_, epoch) => to - 0.4 / (epoch + 1));
const earlier = [0.5, 0.55, 0.6, 0.65, 0.7, 0.75].map((to) => child(rising(to)));
const options = (changes: Partial<EarlyStoppingConfig>): EarlyStoppingConfig => ({
  ...noEarlyStopping,
  afterEpochs: 4,
  afterChildren: 5,
  best: 2,
  ...changes,
});
const poor = rising(0.3).slice(0, 4);

describe('a child', () => {
  it('is never ended without a rule, before it has had its epochs, or after its last', () => {
    expect(reasonToEnd(poor, 8, earlier, options({ rule: 'none' }))).toBeUndefined();
    for (const rule of ['median', 'extrapolation'] as const) {
      expect(reasonToEnd(poor, 8, earlier, options({ rule }))).toBeDefined();
      expect(reasonToEnd(poor.slice(0, 3), 8, earlier, options({ rule }))).toBeUndefined();
      expect(reasonToEnd(poor, 4, earlier, options({ rule }))).toBeUndefined();
    }
  });

  it('is ended by no rule while there are too few to compare it with', () => {
    for (const rule of ['median', 'extrapolation'] as const)
      expect(reasonToEnd(poor, 8, earlier.slice(1), options({ rule, afterChildren: 6 }))).toBeUndefined();
  });

  it('counts in the median for the epochs that it has, and for the best when it was trained to the end', () => {
    const short = earlier.map(({ averages }) => ({ averages: averages.slice(0, 4), final: null }));
    expect(reasonToEnd(poor, 8, short, options({ rule: 'median' }))).toMatch(/median of 6 earlier/);
    expect(reasonToEnd(rising(0.3).slice(0, 5), 8, short, options({ rule: 'median' }))).toBeUndefined();
    expect(reasonToEnd(poor, 8, short, options({ rule: 'extrapolation' }))).toBeUndefined();
  });

  it('continues while its curve leads among the best', () => {
    const rule = { rule: 'extrapolation' } as const;
    expect(reasonToEnd(rising(0.72).slice(0, 6), 8, earlier, options(rule))).toBeUndefined();
    expect(reasonToEnd(rising(0.5).slice(0, 6), 8, earlier, options(rule))).toMatch(/best 2 of 6/);
    expect(reasonToEnd(rising(0.5).slice(0, 6), 8, earlier, options({ ...rule, best: 6 }))).toBeUndefined();
  });

  it('whose perplexity was past all numbers is ended by the median, and not guessed at', () => {
    const lost = [-Infinity, -Infinity, -Infinity, -Infinity];
    expect(reasonToEnd(lost, 8, earlier, options({ rule: 'median' }))).toBeDefined();
    expect(reasonToEnd(lost, 8, earlier, options({ rule: 'extrapolation' }))).toBeUndefined();
  });
});

it('perplexities are compared by their logarithm, the lower the better', () => {
  const epoch = (validationPerplexity: number | null) =>
    scoreOf(
      epochRecordSchema.parse({
        kind: 'text',
        epoch: 0,
        trainPerplexity: 100,
        validationPerplexity,
        learningRate: 1,
        seconds: 1,
      }),
    );
  expect(epoch(80)).toBeGreaterThan(epoch(90));
  expect(epoch(null)).toBe(-Infinity);
  expect(scoreOfMetric('text', Math.E)).toBeCloseTo(-1);
  expect(scoreOfMetric('images', 0.25)).toBe(0.25);
});

const number = fc.double({ min: -1e6, max: 1e6, noNaN: true });

describe('the median', () => {
  it('has as many values above it as below', () => {
    fc.assert(
      fc.property(fc.array(number, { minLength: 1 }), (values) => {
        const middle = median(values);
        expect(values.filter((value) => value < middle).length).toBeLessThanOrEqual(values.length / 2);
        expect(values.filter((value) => value > middle).length).toBeLessThanOrEqual(values.length / 2);
      }),
    );
  });

  it('of an even number is half way between the two in the middle, also where one is past all numbers', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([-Infinity, -Infinity])).toBe(-Infinity);
    expect(median([])).toBeNaN();
  });
});

describe('the median rule', () => {
  // Averages after three epochs of five children, with their scores.
  const averages = [
    [0.1, 0.2, 0.3], // 0.2
    [0.3, 0.3, 0.3], // 0.3
    [0.2, 0.4, 0.6], // 0.4
    [0.4, 0.5, 0.6], // 0.5
    [0.6, 0.6, 0.6], // 0.6
  ].map((scores) => runningAverages(scores)[2] ?? NaN);

  it('ends a child whose best epoch is below the middle of the averages, and no other', () => {
    expect(isBelowMedian([0.1, 0.39, 0.38], averages)).toBe(true);
    expect(isBelowMedian([0.1, 0.41, 0.2], averages)).toBe(false);
    expect(isBelowMedian([0.1, 0.2, 0.3], [])).toBe(false);
  });

  it('does not depend on the order of the others', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(averages, { minLength: 5 }), number, (shuffled, score) => {
        expect(isBelowMedian([score], shuffled)).toBe(isBelowMedian([score], averages));
      }),
    );
  });
});

/** Where it is as probable to be above as below. */
function expected(scores: readonly number[], epochs: number): number {
  let [low, high] = [-10, 10];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (probabilityBelow(middle, scores, epochs) < 0.5) low = middle;
    else high = middle;
  }
  return low;
}

describe('the forecast of a learning curve', () => {
  // By NumPy: the same curves fitted with numpy.linalg.lstsq, Student's t integrated by the trapezoidal rule.
  it.each([
    [0.7, [0.2, 0.3787, 0.4508, 0.4911, 0.5271], 20, 0.976819],
    [0.66, [0.1901, 0.3763, 0.467, 0.4951, 0.5255], 20, 0.946776],
    [0.58, [0.2049, 0.4036, 0.4677, 0.4907, 0.5197, 0.5403], 8, 0.980453],
    [0.86, [0.1866, 0.4934, 0.5903, 0.6562, 0.6884, 0.7307, 0.7397, 0.7701, 0.7809, 0.7872], 50, 0.081272],
    [0.45, [0.5748, 0.5446, 0.5328, 0.5261], 8, 0.072085],
  ])('that it ends below %d is what NumPy says', (bound, scores, epochs, probability) => {
    expect(probabilityBelow(bound, scores, epochs)).toBeCloseTo(probability, 5);
  });

  it('finds where a power law or an exponential leads, from its first ten epochs', () => {
    const law = fc.record({
      limit: fc.double({ min: 0.3, max: 0.95, noNaN: true }),
      span: fc.double({ min: 0.1, max: 0.6, noNaN: true }),
      rate: fc.double({ min: 0.4, max: 1.5, noNaN: true }),
      isPower: fc.boolean(),
    });
    fc.assert(
      fc.property(law, ({ limit, span, rate, isPower }) => {
        const at = (epoch: number): number =>
          limit - span * (isPower ? epoch ** -rate : Math.exp(-rate * epoch));
        const scores = Array.from({ length: 10 }, (_, place) => at(place + 1));
        expect(Math.abs(expected(scores, 20) - at(20))).toBeLessThan(0.02);
      }),
    );
  });

  it('is a probability that grows with the bound, and follows scores that are all moved', () => {
    const scores = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 4, maxLength: 12 });
    const bound = fc.double({ min: -1, max: 2, noNaN: true });
    fc.assert(
      fc.property(scores, bound, bound, (curve, one, other) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        const [below, above] = [probabilityBelow(low, curve, 20), probabilityBelow(high, curve, 20)];
        expect(below).toBeGreaterThanOrEqual(0);
        expect(above).toBeLessThanOrEqual(1 + 1e-12);
        expect(below).toBeLessThanOrEqual(above + 1e-12);
        const moved = curve.map((score) => score + 0.25);
        expect(probabilityBelow(low + 0.25, moved, 20)).toBeCloseTo(below, 6);
      }),
    );
  });
});
