import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advantagesOf, baselineValue, noRewards } from './reinforce';

const reward = fc.double({ min: 0, max: 1, noNaN: true });
const decay = fc.double({ min: 0, max: 0.999, noNaN: true });

describe('the baseline', () => {
  it('is subtracted first and updated after: a reward is no part of its own baseline', () => {
    const { baseline } = advantagesOf(noRewards, [0.5, 0.5], 0.9);
    const { advantages, baseline: after } = advantagesOf(baseline, [1, 0], 0.9);
    expect(advantages[0]).toBeCloseTo(0.5, 12);
    expect(advantages[1]).toBeCloseTo(-0.5, 12);
    expect(baselineValue(after)).not.toBeCloseTo(0.5, 3);
  });

  it('is the exponentially weighted average of all earlier rewards, whatever the batches', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(reward, { minLength: 1, maxLength: 5 }), { minLength: 1 }),
        decay,
        (batches, d) => {
          let baseline = noRewards;
          for (const batch of batches) ({ baseline } = advantagesOf(baseline, batch, d));
          const rewards = batches.flat().reverse();
          const weights = rewards.map((_, age) => d ** age);
          const total = weights.reduce((sum, weight) => sum + weight, 0);
          const expected = rewards.reduce((sum, value, age) => sum + value * (weights[age] ?? 0), 0) / total;
          expect(baselineValue(baseline)).toBeCloseTo(expected, 9);
        },
      ),
    );
  });

  it('does not depend on the rewards that it is subtracted from', () => {
    fc.assert(
      fc.property(fc.array(reward, { minLength: 2, maxLength: 8 }), reward, decay, (rewards, other, d) => {
        const { baseline } = advantagesOf(noRewards, [0.2, 0.7, 0.4], d);
        const last = rewards.length - 1;
        const changed = rewards.with(last, other);
        const advantage = (batch: readonly number[]): number =>
          advantagesOf(baseline, batch, d).advantages[0] ?? NaN;
        if (last > 0) expect(advantage(changed)).toBe(advantage(rewards));
        const own = advantagesOf(baseline, changed, d).advantages[last] ?? NaN;
        expect(own - (advantagesOf(baseline, rewards, d).advantages[last] ?? NaN)).toBeCloseTo(
          other - (rewards[last] ?? NaN),
          12,
        );
      }),
    );
  });

  it('starts at the first reward, so that the first advantages are not all positive', () => {
    const { advantages } = advantagesOf(noRewards, [0.5, 0.6, 0.3], 0.95);
    expect(advantages[0]).toBe(0);
    expect(advantages[1]).toBeCloseTo(0.1, 12);
    expect(advantages[2]).toBeCloseTo(-0.2, 12);
    expect(baselineValue(noRewards)).toBeNull();
    // Without the bias correction it would stand at 5 % of the rewards now.
    const { baseline } = advantagesOf(noRewards, [0.5, 0.5, 0.5], 0.95);
    expect(baselineValue(baseline)).toBeCloseTo(0.5, 12);
  });
});
