import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { topCurves } from './figures';
import type { Trial } from './trial';

const trial = (number: number, architectureHash: string, accuracy: number | null): Trial => ({
  number,
  state: accuracy === null ? 'failed' : 'completed',
  replica: 0,
  depth: 1,
  decisions: [],
  logProbabilities: [],
  architectureHash,
  parameters: 1,
  multiplyAdds: 1,
  reward: accuracy === null ? 0 : accuracy ** 3,
  measure: accuracy,
  failure: accuracy === null ? { reason: 'diverged', message: '' } : null,
  reusedFrom: null,
  retries: 0,
  batchSize: null,
  endedBy: null,
  startedAt: 0,
  endedAt: 1,
});

describe('the curves of the best unique networks', () => {
  it('count a network once and failures never', () => {
    const trials = [
      trial(1, 'a', 0.5),
      trial(2, 'a', 0.9),
      trial(3, 'b', null),
      trial(4, 'c', 0.7),
      trial(5, 'd', 0.1),
    ];
    expect(topCurves(trials, [1, 2]).map((point) => point.means)).toEqual([
      [0.5, null],
      [0.5, null],
      [0.5, null],
      [0.7, 0.6],
      [0.7, 0.6],
    ]);
  });

  it('are the means over the sorted rewards, recounted at each trial', () => {
    const accuracies = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 40 });
    fc.assert(
      fc.property(accuracies, (values) => {
        const points = topCurves(values.map((value, index) => trial(index + 1, String(index), value)));
        for (const [index, { means }] of points.entries()) {
          const sorted = values.slice(0, index + 1).sort((a, b) => b - a);
          for (const [which, size] of [1, 5, 15].entries()) {
            if (sorted.length < size) expect(means[which]).toBeNull();
            else
              expect(means[which]).toBeCloseTo(
                sorted.slice(0, size).reduce((sum, value) => sum + value, 0) / size,
                12,
              );
          }
        }
      }),
    );
  });

  it('follow whatever measure is asked for', () => {
    const rewards = topCurves([trial(1, 'a', 0.5)], [1], (one) => one.reward);
    expect(rewards[0]?.means[0]).toBeCloseTo(0.125);
  });
});
