import { describe, expect, it } from 'vitest';
import { proposeBatch, rewarded, smallStrategy } from '../testing/synthetic-strategy';

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe.each(['reinforce', 'random'] as const)('what %s leaned to in a batch', (strategy) => {
  const source = smallStrategy({ strategy });
  source.tell(rewarded(proposeBatch(source)));
  const proposals = proposeBatch(source);
  // As the search does it: from stored copies, by a strategy that has forgotten how it proposed them.
  const restored = smallStrategy({ strategy });
  restored.restore(source.state(), (version) => source.copies?.get(version));
  const record = restored.tell(structuredClone(rewarded(proposals)));

  it('is the mean of the distributions that the proposals were sampled from, point by point', () => {
    const names = ['size', 'kind', 'anchorPoint'];
    const expected = proposals[0]?.decisions.flatMap((_, step) => {
      const distributions = proposals.map(({ probabilities }) => probabilities?.[step] ?? []);
      const probabilities = (distributions[0] ?? []).map((_, option): unknown =>
        expect.closeTo(mean(distributions.map((distribution) => distribution[option] ?? NaN)), 12),
      );
      const point = { name: names[step % 3], layer: Math.floor(step / 3) + 1, probabilities };
      return probabilities.length === 0 ? [] : [point];
    });
    expect(record.probabilities).toEqual(expected);
    expect(record.probabilities).toHaveLength(8);
  });

  it('is as undecided as the proposals, kind by kind', () => {
    const of = (offset: number): number[] =>
      proposals.flatMap(({ entropies = [] }) => entropies.filter((_, step) => step % 3 === offset));
    const { entropy } = record.diagnostics;
    expect(record.diagnostics).toMatchObject({
      'entropy.size': expect.closeTo(mean(of(0)), 12) as number,
      'entropy.kind': expect.closeTo(mean(of(1)), 12) as number,
      // Three links in a network of three layers.
      'entropy.anchorPoint': expect.closeTo(
        of(2).reduce((sum, value) => sum + value, 0) / (3 * proposals.length),
        12,
      ) as number,
    });
    expect(mean(proposals.flatMap(({ entropies = [] }) => entropies))).toBeCloseTo(entropy ?? NaN, 12);
  });
});
