import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ListedTrial } from '../../src-shared/run/trial';
import { averageOver, movingAverage, rewardSeries } from './run-series';

const trial = (
  number: number,
  reward: number | null,
  state: ListedTrial['state'] = 'completed',
): ListedTrial => ({
  number,
  state,
  replica: 0,
  depth: 1,
  decisions: [],
  architectureHash: String(number),
  parameters: 0,
  multiplyAdds: 0,
  reward,
  measure: null,
  failure: null,
  reusedFrom: null,
  retries: 0,
  batchSize: null,
  endedBy: null,
  startedAt: null,
  endedAt: null,
});

it('children without a reward are skipped, failed ones are a separate series and count in the average', () => {
  const series = rewardSeries([
    trial(1, 0.2),
    trial(2, 0, 'failed'),
    trial(3, null, 'running'),
    trial(4, 0.1),
  ]);
  expect(series.children.map(({ x }) => x)).toEqual([1, 4]);
  expect(series.failed).toEqual([{ x: 2, y: 0 }]);
  expect(series.average.map(({ y }) => y)).toEqual([0.2, 0.1, expect.closeTo(0.1, 12)]);
  expect(series.range).toEqual([
    { x: 1, y: 0.2, low: 0.2 },
    { x: 4, y: 0.2, low: 0.1 },
  ]);
  expect(series.best.map(({ y }) => y)).toEqual([0.2, 0.2, 0.2]);
});

it('the average is that of the last children, computed one by one', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 90 }), (rewards) => {
      const { average, range, best } = rewardSeries(rewards.map((reward, index) => trial(index + 1, reward)));
      for (const [index, point] of average.entries()) {
        const counted = rewards.slice(Math.max(0, index + 1 - averageOver), index + 1);
        expect(point.y).toBeCloseTo(counted.reduce((a, b) => a + b, 0) / counted.length, 9);
        expect(movingAverage(rewards.map((reward, k) => ({ number: k + 1, reward })))[index]?.y).toBeCloseTo(
          point.y,
          9,
        );
        expect(range[index]).toEqual({ x: index + 1, y: Math.max(...counted), low: Math.min(...counted) });
        expect(best[index]?.y).toBe(Math.max(...rewards.slice(0, index + 1)));
      }
    }),
  );
});
