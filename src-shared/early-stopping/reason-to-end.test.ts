import { describe, expect, it } from 'vitest';
import { noEarlyStopping, type EarlyStoppingConfig } from '../config/early-stopping';
import { epochRecordSchema } from '../tasks/data-kinds';
import { reasonToEnd } from './reason-to-end';
import { runningAverages, scoreOf, scoreOfMetric, type EarlierChild } from './scores';

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
