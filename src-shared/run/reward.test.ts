import { describe, expect, it } from 'vitest';
import { presets } from '../config/presets';
import type { EpochRecord, Recipe } from '../tasks/data-kinds';
import { outcomeOf } from './metric';

function epochs(...accuracies: number[]): EpochRecord[] {
  return accuracies.map((validationAccuracy, epoch) => ({
    kind: 'images',
    epoch,
    trainLoss: 1,
    trainAccuracy: 0.5,
    validationLoss: 1,
    validationAccuracy,
    learningRate: 0.1,
    seconds: 1,
  }));
}

const paper = presets.v1.config.recipe;
const rule = (rewardEpochs: number): Recipe => ({ ...paper, rewardEpochs, rewardExponent: 1 });

function perplexities(...values: (number | null)[]): EpochRecord[] {
  return values.map((validationPerplexity, epoch) => ({
    kind: 'text',
    epoch,
    trainPerplexity: 50,
    validationPerplexity,
    learningRate: 1,
    seconds: 1,
  }));
}

describe('the reward of a child', () => {
  it('is the cube of the best of the last five epochs', () => {
    expect(outcomeOf(epochs(0.1, 0.2, 0.3, 0.5, 0.4, 0.4, 0.4), paper).reward).toBeCloseTo(0.125, 12);
  });

  it('does not count a better epoch that came before the last five', () => {
    expect(outcomeOf(epochs(0.9, 0.2, 0.3, 0.5, 0.4, 0.4), paper).measure).toBe(0.5);
  });

  it('takes the best and not the last of them', () => {
    expect(outcomeOf(epochs(0.1, 0.6, 0.2), rule(2)).measure).toBe(0.6);
  });

  it('goes by the number of the epoch, not by the order of arrival', () => {
    const shuffled = epochs(0.9, 0.1, 0.2).toReversed();
    expect(outcomeOf(shuffled, rule(2)).measure).toBe(0.2);
  });

  it('judges a child that was stopped early by what it has, and is 0 without an epoch', () => {
    expect(outcomeOf(epochs(0.3, 0.2), paper).measure).toBe(0.3);
    expect(outcomeOf([], paper)).toEqual({ measure: null, reward: 0 });
  });

  it('on text is 80 over the square of the lowest perplexity, and 0 when none was a number', () => {
    const { recipe } = presets['ptb-base8'].config;
    expect(outcomeOf(perplexities(200, 100, 110), recipe)).toEqual({ measure: 100, reward: 0.008 });
    expect(outcomeOf(perplexities(null, null), recipe)).toEqual({ measure: null, reward: 0 });
    expect(outcomeOf([], recipe)).toEqual({ measure: null, reward: 0 });
  });
});
