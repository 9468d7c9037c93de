import { describe, expect, it } from 'vitest';
import {
  proposeBatch,
  proposeOne,
  rewarded,
  smallLayout,
  smallStrategy,
  storedVector,
} from '../testing/synthetic-strategy';
import type { RewardedProposal } from './strategy';

const kinds = ['reinforce', 'random'] as const;

describe.each(kinds)('the strategy %s', (strategy) => {
  it('proposes whole walks of the space, with everything that a trial stores', () => {
    for (const proposal of proposeBatch(smallStrategy({ strategy }))) {
      expect(proposal).toMatchObject({ depth: 3, lane: 0, parametersVersion: 0 });
      expect(proposal.decisions).toHaveLength(9);
      for (const [step, decision] of proposal.decisions.entries()) {
        const likely = proposal.probabilities?.[step] ?? [];
        const logs =
          typeof decision === 'number'
            ? [Math.log(likely[decision] ?? NaN)]
            : decision.map((bit, k) => Math.log(bit === 1 ? (likely[k] ?? NaN) : 1 - (likely[k] ?? NaN)));
        const expected = logs.reduce((sum, value) => sum + value, 0);
        expect(proposal.logProbabilities?.[step]).toBeCloseTo(expected, 12);
        const plogp = (p: number): number => (p > 0 ? -p * Math.log(p) : 0);
        const entropy = likely.reduce(
          (sum, p) => sum + plogp(p) + (typeof decision === 'number' ? 0 : plogp(1 - p)),
          0,
        );
        expect(proposal.entropies?.[step]).toBeCloseTo(entropy, 12);
      }
    }
  });

  it('follows the layer schedule by the number of proposals, whoever made them', () => {
    const source = smallStrategy({ strategy, replicas: 3 });
    const depths = [0, 1, 2].flatMap((replica) => proposeBatch(source, replica)).map(({ depth }) => depth);
    expect(depths).toEqual([...Array<number>(9).fill(3), ...Array<number>(3).fill(4)]);
    expect(source.proposals).toBe(12);
  });

  it('does the same whatever the pace of other replicas, until they update', () => {
    const [a, b] = [smallStrategy({ strategy, replicas: 2 }), smallStrategy({ strategy, replicas: 2 })];
    const first = { a: proposeBatch(a, 0), b: [] as ReturnType<typeof proposeBatch> };
    proposeBatch(b, 1);
    first.b = proposeBatch(b, 0);
    for (const [k, proposal] of first.a.entries())
      expect(first.b[k]?.decisions.slice(0, 9)).toEqual(proposal.decisions);
    expect(proposeBatch(a, 1)[0]?.decisions).not.toEqual(first.a[0]?.decisions);
  });

  it('refuses what cannot be meant', () => {
    const source = smallStrategy({ strategy, replicas: 2 });
    const batch = rewarded(proposeBatch(source));
    const [first] = batch;
    if (first === undefined) throw new Error('no proposal');
    const refused = (results: readonly RewardedProposal[]): string => {
      const before = source.state();
      let code = 'accepted';
      try {
        source.tell(results);
      } catch (error) {
        code = (error as { code: string }).code;
      }
      expect(source.state(), 'and nothing has changed').toEqual(before);
      return code;
    };
    expect(() => proposeOne(source)).toThrow(/awaits the rewards/);
    expect(() => proposeOne(source, 2)).toThrow(/no controller replica 2/);
    expect(() => source.propose(-1)).toThrow(/no controller replica/);
    expect(refused([])).toBe('internal');
    expect(refused([...batch, first])).toBe('internal');
    expect(refused([{ ...first, reward: NaN }])).toBe('internal');
    expect(refused([{ ...first, proposal: { ...first.proposal, lane: 1 } }])).toBe('internal');
    expect(refused([first, { ...first, proposal: { ...first.proposal, lane: 1 } }])).toBe('internal');
    const { decisions } = first.proposal;
    for (const wrong of [decisions.slice(1), [...decisions, 0], decisions.with(0, 3), decisions.with(3, 1)])
      expect(refused([{ ...first, proposal: { ...first.proposal, decisions: wrong } }])).toBe(
        'architecture.invalid',
      );
    for (const wrong of [
      decisions.with(5, [1, 0]),
      decisions.with(5, [2]),
      decisions.with(5, 0),
      decisions.with(0, []),
    ])
      expect(refused([{ ...first, proposal: { ...first.proposal, decisions: wrong } }])).toBe(
        'architecture.invalid',
      );
    expect(refused([{ ...first, proposal: { ...first.proposal, depth: 2 } }])).toBe('architecture.invalid');
    expect(source.tell(batch).number).toBe(1);
  });

  it('learns from fewer than a batch when the search ends', () => {
    const source = smallStrategy({ strategy });
    const [first, second] = rewarded(proposeBatch(source));
    if (first === undefined || second === undefined) throw new Error('no proposals');
    expect(source.tell([first, second])).toMatchObject({
      number: 1,
      meanReward: (first.reward + second.reward) / 2,
    });
    expect(proposeBatch(source)).toHaveLength(4);
  });
});

describe('replicas and the parameter server', () => {
  const course = (changes: Parameters<typeof smallStrategy>[0]) => {
    const source = smallStrategy(changes);
    const versions = [0, 1, 2, 3, 4, 5, 6].map((batch) => {
      const proposals = proposeBatch(source);
      source.tell(rewarded(proposals, batch));
      return proposals[0]?.parametersVersion;
    });
    return versions.slice(1);
  };

  it('update on every batch, or on every n-th', () => {
    expect(course({})).toEqual([1, 2, 3, 4, 5, 6]);
    expect(course({ accumulateGradients: 4 })).toEqual([0, 0, 0, 1, 1, 1]);
    expect(course({ strategy: 'random' })).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('sample a whole batch by the parameters that were fetched at its start, and differentiate by the same', () => {
    const source = smallStrategy({ replicas: 2 });
    const slow = [proposeOne(source), proposeOne(source)];
    const before = storedVector(source, 'parameters');
    for (let batch = 0; batch < 3; batch++) source.tell(rewarded(proposeBatch(source, 1), batch));
    expect(storedVector(source, 'parameters')).not.toEqual(before);
    slow.push(proposeOne(source), proposeOne(source));
    expect(slow.map(({ parametersVersion }) => parametersVersion)).toEqual([0, 0, 0, 0]);

    // Alone, with the baseline that the others' rewards have made by then, the slow one computes the same gradient.
    const pending = (strategy: typeof source) => storedVector(strategy, 'pending');
    const alone = smallStrategy({ replicas: 2, accumulateGradients: 100 });
    const others = smallStrategy({ replicas: 2, accumulateGradients: 100 });
    for (const strategy of [alone, others]) {
      proposeBatch(strategy, 0);
      for (let batch = 0; batch < 3; batch++) strategy.tell(rewarded(proposeBatch(strategy, 1), batch));
    }
    const sofar = pending(alone);
    alone.tell(rewarded(slow, 9));
    const expected = pending(alone).map((value, i) => (value - (sofar[i] ?? NaN)) * 100);
    const norm = Math.hypot(...expected);
    expect(source.tell(rewarded(slow, 9)).diagnostics['gradientNorm']).toBeCloseTo(norm, 9);
  });

  it('say how old the parameters of a gradient are: the updates since they were fetched', () => {
    const source = smallStrategy({ replicas: 3, accumulateGradients: 2 });
    const slow = rewarded(proposeBatch(source, 0));
    const ages = [1, 2, 1, 1, 2].map((replica) => {
      const { sampledVersion, staleness } = source.tell(rewarded(proposeBatch(source, replica))).diagnostics;
      return [sampledVersion, staleness];
    });
    expect(ages).toEqual([
      [0, 0],
      [0, 0],
      [1, 0],
      [1, 0],
      [2, 0],
    ]);
    expect(source.tell(slow).diagnostics).toMatchObject({ sampledVersion: 0, staleness: 2 });
    expect(proposeOne(source).parametersVersion).toBe(3);
  });

  it('are kept for as long as a replica needs them for its gradient, each version once', () => {
    const source = smallStrategy({ replicas: 3 });
    const versions = () => [...(source.copies?.keys() ?? [])];
    const [a, b] = [rewarded(proposeBatch(source, 0)), rewarded(proposeBatch(source, 1))];
    expect(versions()).toEqual([0]);
    source.tell(a);
    const c = rewarded(proposeBatch(source, 2));
    expect(versions()).toEqual([0, 1]);
    source.tell(b);
    expect(versions()).toEqual([1]);
    source.tell(c);
    expect(versions()).toEqual([]);
  });

  it('fetch the newest parameters for the next batch', () => {
    const source = smallStrategy({ replicas: 2 });
    const [slow] = proposeBatch(source, 0);
    for (let batch = 0; batch < 3; batch++) source.tell(rewarded(proposeBatch(source, 1), batch));
    if (slow === undefined) throw new Error('no proposal');
    source.tell([{ proposal: slow, reward: 0.5 }]);
    expect(proposeOne(source).parametersVersion).toBe(4);
  });

  it('start with every weight uniform in the range', () => {
    const parameters = storedVector(smallStrategy({ initialRange: 0.08 }), 'parameters');
    expect(parameters).toHaveLength(smallLayout.size);
    const mean = parameters.reduce((sum, value) => sum + value, 0) / parameters.length;
    const square = parameters.reduce((sum, value) => sum + value * value, 0) / parameters.length;
    expect(Math.max(...parameters.map(Math.abs))).toBeLessThanOrEqual(0.08);
    expect(Math.abs(mean)).toBeLessThan(0.006);
    expect(square / (0.08 ** 2 / 3)).toBeCloseTo(1, 0);
  });
});
