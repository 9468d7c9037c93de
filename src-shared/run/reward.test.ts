import { describe, expect, it } from 'vitest';
import { reward, rewardedAccuracy } from './reward';
import type { EpochRecord } from './trial';

function epochs(...accuracies: number[]): EpochRecord[] {
  return accuracies.map((validationAccuracy, epoch) => ({
    epoch,
    trainLoss: 1,
    trainAccuracy: 0.5,
    validationLoss: 1,
    validationAccuracy,
    learningRate: 0.1,
    seconds: 1,
  }));
}

const rule = { rewardEpochs: 5, rewardExponent: 3 };

describe('the reward of a child', () => {
  it('is the cube of the best of the last five epochs', () => {
    expect(reward(epochs(0.1, 0.2, 0.3, 0.5, 0.4, 0.4, 0.4), rule)).toBeCloseTo(0.125, 12);
  });

  it('does not count a better epoch that came before the last five', () => {
    expect(rewardedAccuracy(epochs(0.9, 0.2, 0.3, 0.5, 0.4, 0.4), rule)).toBe(0.5);
  });

  it('takes the best and not the last of them', () => {
    expect(rewardedAccuracy(epochs(0.1, 0.6, 0.2), { rewardEpochs: 2, rewardExponent: 1 })).toBe(0.6);
  });

  it('goes by the number of the epoch, not by the order of arrival', () => {
    const shuffled = epochs(0.9, 0.1, 0.2).toReversed();
    expect(rewardedAccuracy(shuffled, { rewardEpochs: 2, rewardExponent: 1 })).toBe(0.2);
  });

  it('judges a child that was stopped early by what it has, and is 0 without an epoch', () => {
    expect(rewardedAccuracy(epochs(0.3, 0.2), rule)).toBe(0.3);
    expect(reward([], rule)).toBe(0);
  });
});
