import fc from 'fast-check';
import { expect, it } from 'vitest';
import { noEarlyStopping } from '../../src-shared/early-stopping';
import { presets } from '../../src-shared/config/presets';
import type { RecordedRun } from './recorded-run';
import { replay, spearman } from './replay';

const { config } = presets.demo;
const { epochs } = config.recipe;
const child = (to: number): RecordedRun['children'][number] => ({
  measures: Array.from({ length: epochs }, (_, epoch) => to * (1 - 0.5 / (epoch + 1))),
  seconds: Array.from({ length: epochs }, () => 2),
});
const run: RecordedRun = { config, children: [0.4, 0.5, 0.6, 0.7, 0.3, 0.8, 0.2, 0.55].map(child) };

it('the rank correlation is that of a worked example', () => {
  // SciPy: spearmanr([1, 2, 2, 4, 5], [2, 1, 4, 4, 6])
  expect(spearman([1, 2, 2, 4, 5], [2, 1, 4, 4, 6])).toBeCloseTo(0.7631578947, 9);
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer(), { minLength: 2 }), (values) => {
      expect(spearman(values, values.map(Math.cbrt))).toBeCloseTo(1);
      expect(
        spearman(
          values,
          values.map((value) => -value),
        ),
      ).toBeCloseTo(-1);
    }),
  );
});

it('without a rule nothing is saved and nothing lost', () => {
  expect(replay(run, noEarlyStopping)).toEqual({
    ended: 0,
    epochsSaved: 0,
    timeSaved: 0,
    rankCorrelation: 1,
    regret: 0,
    bestKept: 5,
  });
});

it('the median ends the two that are below it, half way', () => {
  const afterEpochs = epochs / 2;
  const result = replay(run, { ...noEarlyStopping, rule: 'median', afterEpochs, afterChildren: 4 });
  // The fifth and the seventh: half of their epochs of eight children's.
  expect(result).toMatchObject({ ended: 2, regret: 0, bestKept: 5 });
  expect(result.epochsSaved).toBeCloseTo(1 / 8);
  expect(result.timeSaved).toBeCloseTo(1 / 8);
});
