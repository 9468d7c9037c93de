import { describe, expect, it } from 'vitest';
import { bestPerplexity, bitsOf, languageReward, perplexityOf, type LanguageEpochRecord } from './text-data';

function epochs(...perplexities: (number | null)[]): LanguageEpochRecord[] {
  return perplexities.map((validationPerplexity, epoch) => ({
    kind: 'text',
    epoch,
    trainPerplexity: 100,
    validationPerplexity,
    learningRate: 1,
    seconds: 1,
  }));
}

describe('the reward of a child on text', () => {
  it('is c / perplexity² of its best epoch', () => {
    expect(languageReward(epochs(400, 100, 200), 80)).toBeCloseTo(0.008, 12);
  });

  it('is 0, and no NaN, without an epoch or where every perplexity overflowed', () => {
    expect(languageReward([], 80)).toBe(0);
    expect(languageReward(epochs(null, null), 80)).toBe(0);
    expect(languageReward(epochs(perplexityOf(1000)), 80)).toBe(0);
    expect(languageReward(epochs(perplexityOf(NaN)), 80)).toBe(0);
    expect(languageReward(epochs(1e300), 80)).toBe(0);
  });

  it('passes over an epoch that overflowed', () => {
    expect(bestPerplexity(epochs(null, 120, null))).toBe(120);
  });
});

describe('measures of a loss', () => {
  it('a uniform guess among 256 has perplexity 256 and costs 8 bits', () => {
    expect(perplexityOf(Math.log(256))).toBeCloseTo(256, 9);
    expect(bitsOf(Math.log(256))).toBeCloseTo(8, 12);
  });
});
