import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Generator } from '../../../src-shared/random';
import type { Decision } from '../../../src-shared/search-space';
import { decodeState, encodeState } from '../strategy-state';
import {
  proposeBatch,
  proposeOne,
  rewarded,
  smallConfig,
  smallLayout,
  smallSpace,
  smallStrategy,
  storedVector,
} from '../../testing/synthetic-strategy';
import { initialParameters } from './policy/layout';
import { createPolicy, sample, score, useParameters, type Policy } from './policy/policy';
import type { Strategy } from '../strategy';

/** Mistakes seen in other implementations of this search; a test here fails when its mistake is made. */

function policyOf(parameters: Float64Array, space = smallSpace()): Policy {
  const policy = createPolicy(space, smallConfig);
  useParameters(policy, parameters);
  return policy;
}

/** Σ_t ln P of decisions under the parameters, undiscounted. */
function logProbabilityOf(parameters: Float64Array, depth: number, decisions: readonly Decision[]): number {
  return score(policyOf(parameters), depth, decisions).logProbabilities.reduce(
    (sum, value) => sum + value,
    0,
  );
}

/** The first update's gradient of minus the objective: Adam's first mean is a tenth of it. */
function firstGradient(strategy: Strategy): Float64Array {
  return storedVector(strategy, 'adam.mean').map((mean) => mean / (1 - 0.9));
}

const headerSchema = z.looseObject({});

describe('REINFORCE', () => {
  it('follows ln P of the very decisions that were trained, each token at full weight', () => {
    // Log-probability of a resampled architecture; discounting over tokens.
    const strategy = smallStrategy();
    const parameters = storedVector(strategy, 'parameters');
    const results = rewarded(proposeBatch(strategy));
    strategy.tell(results);
    const gradient = firstGradient(strategy);
    // The first batch's baseline is its first reward.
    const first = results[0]?.reward ?? NaN;
    const loss = (): number =>
      results.reduce(
        (sum, { proposal: { depth, decisions }, reward }) =>
          sum - ((reward - first) * logProbabilityOf(parameters, depth, decisions)) / results.length,
        0,
      );
    for (let i = 0; i < parameters.length; i += 7) {
      const held = parameters[i] ?? 0;
      const [up, down] = [1e-5, -1e-5].map((shift) => {
        parameters[i] = held + shift;
        return loss();
      });
      parameters[i] = held;
      expect(gradient[i]).toBeCloseTo(((up ?? NaN) - (down ?? NaN)) / 2e-5, 8);
    }
  });

  it('learns the same from decisions that come back from a store as from those just sampled', () => {
    const [a, b] = [smallStrategy(), smallStrategy()];
    for (let batch = 0; batch < 3; batch++) {
      const results = rewarded(proposeBatch(a), batch);
      proposeBatch(b);
      const record = a.tell(results);
      expect(b.tell(structuredClone(results))).toEqual(record);
    }
    expect(b.state()).toEqual(a.state());
  });

  it('keeps the present rewards out of the baseline that is subtracted from them', () => {
    const strategy = smallStrategy();
    const learn = (reward: number) =>
      strategy.tell(proposeBatch(strategy).map((proposal) => ({ proposal, reward })));
    const first = learn(0.25).diagnostics;
    expect(first).toMatchObject({ gradientNorm: 0 });
    expect(first).not.toHaveProperty('baseline');
    const second = learn(1);
    expect(second.diagnostics['baseline']).toBeCloseTo(0.25, 12);
    expect(second.diagnostics['gradientNorm']).toBeGreaterThan(0.01);
    const third = learn(1);
    // Four rewards of 0.25 are four steps older than the four of 1.
    const kept = smallConfig.baselineDecay ** 4;
    expect(third.diagnostics['baseline']).toBeCloseTo((0.25 * kept + 1) / (kept + 1), 12);
  });
});

describe('sampling', () => {
  it('draws every option as often as the policy says: neither the likeliest one nor all alike', () => {
    const policy = policyOf(initialParameters(smallLayout, 1, Generator.seeded(11)));
    const generator = Generator.seeded(0);
    const draws = 6000;
    const firsts = [0, 0, 0];
    let expected: readonly number[] = [];
    let ofTwo = { links: 0, expected: 0, variance: 0 };
    for (let draw = 0; draw < draws; draw++) {
      const { decisions, probabilities } = sample(policy, 3, generator);
      const first = decisions[0];
      if (typeof first === 'number') firsts[first] = (firsts[first] ?? 0) + 1;
      expected = probabilities[0] ?? [];
      // Later decisions depend on earlier ones: sums of what is expected at each draw.
      for (const [step, decision] of decisions.entries()) {
        const likely = probabilities[step] ?? [];
        const bits = typeof decision === 'number' ? [Number(decision === 0)] : decision;
        for (const [k, bit] of bits.entries()) {
          const p = likely[k] ?? NaN;
          ofTwo = {
            links: ofTwo.links + bit,
            expected: ofTwo.expected + p,
            variance: ofTwo.variance + p * (1 - p),
          };
        }
      }
    }
    expect(Math.max(...expected) - Math.min(...expected), 'a policy that has preferences').toBeGreaterThan(
      0.1,
    );
    const chiSquare = firsts.reduce((sum, count, k) => {
      const mean = draws * (expected[k] ?? NaN);
      return sum + (count - mean) ** 2 / mean;
    }, 0);
    expect(chiSquare, 'two degrees of freedom, 0.1 %').toBeLessThan(13.8);
    expect(Math.abs(ofTwo.links - ofTwo.expected) / Math.sqrt(ofTwo.variance)).toBeLessThan(3.3);
  });

  it('never takes a masked option, and gives it no probability', () => {
    const policy = policyOf(initialParameters(smallLayout, 1, Generator.seeded(2)));
    const generator = Generator.seeded(1);
    for (let draw = 0; draw < 500; draw++) {
      const { decisions, probabilities } = sample(policy, 2, generator);
      expect(decisions[3]).not.toBe(1);
      expect(probabilities[3]?.[1]).toBe(0);
      expect(probabilities[3]?.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
    }
  });

  it.each(['reinforce', 'random'] as const)(
    'links the layer before only as often as it says, in %s',
    (strategy) => {
      const source = smallStrategy({ strategy, initialRange: 0.001, childrenPerUpdate: 256 });
      const linked = proposeBatch(source).filter(({ decisions }) => {
        const bits = decisions[8];
        return typeof bits === 'object' && bits[1] === 1;
      });
      // Half of 256; four standard deviations are 32.
      expect(Math.abs(linked.length - 128)).toBeLessThan(32);
    },
  );
});

describe('tokens', () => {
  it('carry no magnitude: the values of the options do not matter', () => {
    const plain = smallStrategy();
    const scaled = smallStrategy({}, 7, smallSpace([100, 3000, 50_000]));
    for (let batch = 0; batch < 3; batch++) {
      const results = rewarded(proposeBatch(plain));
      expect(proposeBatch(scaled)).toEqual(results.map(({ proposal }) => proposal));
      plain.tell(results);
      scaled.tell(results);
    }
  });

  it('carry no order: options that swap their learned rows swap everything else with them', () => {
    const parameters = initialParameters(smallLayout, 1, Generator.seeded(3));
    const swapped = parameters.slice();
    const head = smallLayout.heads.get('size') ?? { weights: 0, biases: 0, firstRow: 0 };
    const { hidden, embeddings } = smallLayout;
    // Options 0 and 2 of 'size', the two that are never masked.
    const swap = (at: number, stride: number): void => {
      swapped.copyWithin(at, at + 2 * stride, at + 3 * stride);
      swapped.set(parameters.subarray(at, at + stride), at + 2 * stride);
    };
    swap(head.weights, hidden);
    swap(head.biases, 1);
    swap(embeddings + head.firstRow * hidden, hidden);
    const { decisions } = sample(policyOf(parameters), 4, Generator.seeded(9));
    const other = decisions.map((decision, step) =>
      step % 3 === 0 && typeof decision === 'number' ? 2 - decision : decision,
    );
    expect(other).not.toEqual(decisions);
    const [before, after] = [score(policyOf(parameters), 4, decisions), score(policyOf(swapped), 4, other)];
    for (const [step, value] of before.logProbabilities.entries())
      expect(after.logProbabilities[step]).toBeCloseTo(value, 12);
  });

  it('that come before are seen: another one changes what is likely next', () => {
    const policy = policyOf(initialParameters(smallLayout, 1, Generator.seeded(3)));
    const next = [0, 1, 2].map((size) => score(policy, 1, [size, 0, []]).probabilities[1]?.[0] ?? NaN);
    expect(new Set(next.map((p) => p.toFixed(3))).size).toBe(3);
    const links = ([[0], [1]] as const).map(
      (bits) => score(policy, 3, [0, 0, [], 0, 0, bits, 0, 0, [0, 0]]).probabilities[6]?.[0] ?? NaN,
    );
    expect(Math.abs((links[0] ?? NaN) - (links[1] ?? NaN))).toBeGreaterThan(1e-3);
  });
});

describe('a restored controller', () => {
  it.each(['reinforce', 'random'] as const)('resumes bit for bit as if uninterrupted, in %s', (kind) => {
    const changes = { strategy: kind, replicas: 2, accumulateGradients: 3, entropyBonus: 0.01 };
    const whole = smallStrategy(changes);
    const restored = smallStrategy(changes, 99);
    const step = (strategy: Strategy, replica: number, seed: number) =>
      strategy.tell(rewarded(proposeBatch(strategy, replica), seed));
    for (let batch = 0; batch < 5; batch++) step(whole, batch % 2, batch);
    // Replica 0 has a batch half proposed, by parameters that are stale when it resumes.
    const early = [proposeOne(whole), proposeOne(whole)];
    step(whole, 1, 50);
    step(whole, 1, 51);
    const { copies } = whole;
    restored.restore(whole.state(), (version) => copies?.get(version)?.slice());
    const goOn = (strategy: Strategy) => {
      const late = [proposeOne(strategy), proposeOne(strategy)];
      const records = [strategy.tell(rewarded([...early, ...late], 52))];
      for (let batch = 0; batch < 4; batch++) records.push(step(strategy, batch % 2, batch));
      return { late, records, next: proposeOne(strategy, 1), state: strategy.state() };
    };
    expect(goOn(restored)).toEqual(goOn(whole));
  });

  it('that lost its optimiser, its baseline or its generators would have gone another way', () => {
    // What the test above can see: each of them decides something that it compares.
    const strategy = smallStrategy();
    strategy.tell(rewarded(proposeBatch(strategy)));
    const { vectors, header } = decodeState(strategy.state());
    const stored = headerSchema.parse(header);
    const without: Record<string, Uint8Array> = {
      'Adam moments': encodeState({
        header: stored,
        vectors: new Map([
          ...vectors,
          ['adam.mean', new Float64Array(smallLayout.size)],
          ['adam.square', new Float64Array(smallLayout.size)],
        ]),
      }),
      baseline: encodeState({ header: { ...stored, baseline: { sum: 0, weight: 0 } }, vectors }),
      generators: encodeState({
        header: { ...stored, replicas: [{ generator: [1, 2, 3, 4], outstanding: 0, version: 0 }] },
        vectors,
      }),
    };
    const continuation = (state: Uint8Array): Uint8Array => {
      const other = smallStrategy();
      other.restore(state);
      other.tell(rewarded(proposeBatch(other), 2));
      return other.state();
    };
    const right = continuation(strategy.state());
    for (const [name, state] of Object.entries(without)) expect(continuation(state), name).not.toEqual(right);
  });
});

describe('a seed of 0', () => {
  it.each(['reinforce', 'random'] as const)(
    'is a seed: the same every time, and not that of 1, in %s',
    (strategy) => {
      const proposals = (seed: number) => proposeBatch(smallStrategy({ strategy }, seed));
      expect(proposals(0)).toEqual(proposals(0));
      expect(proposals(0)).not.toEqual(proposals(1));
    },
  );
});
