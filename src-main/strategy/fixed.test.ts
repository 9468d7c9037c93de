import { describe, expect, it } from 'vitest';
import { type SearchSpace, decisionText } from '../../src-shared/search-space';
import { proposeOne, smallSpace } from '../testing/synthetic-strategy';
import { createStrategy } from './strategies';
import type { Strategy } from './strategy';

const given = [
  { depth: 1, decisions: [0, 1, []] },
  { depth: 2, decisions: [2, 0, [], 0, 1, [1]] },
  { depth: 1, decisions: [1, 1, []] },
];

function fixed(architectures = given.map(decisionText)): Strategy {
  const config = { strategy: 'fixed' as const, architectures };
  return createStrategy({ config, space: smallSpace(), seed: 1, depthAt: () => 3 });
}

describe('the strategy of given architectures', () => {
  it('proposes them in their order, to whichever lane asks, and then no more', () => {
    const strategy = fixed();
    expect([4, 0, 1].map((lane) => strategy.propose(lane))).toEqual(
      given.map((architecture, place) => ({ lane: [4, 0, 1][place], ...architecture })),
    );
    const before = strategy.state();
    expect(strategy.propose(2)).toBeNull();
    expect(strategy.state()).toEqual(before);
    expect(() => strategy.propose(0)).toThrow(/awaits the reward/);
  });

  it('are all of a list, where none are named', () => {
    const space: SearchSpace = {
      vocabulary: { child: ['a', 'b'] },
      hasAnchors: false,
      next: (decisions) =>
        decisions.length === 0 ? { kind: 'choice', name: 'child', layer: 0, options: ['a', 'b'] } : undefined,
    };
    const config = { strategy: 'fixed' as const, architectures: [] };
    const strategy = createStrategy({ config, space, seed: 1, depthAt: () => 1 });
    expect([0, 1, 2].map((lane) => strategy.propose(lane))).toEqual([
      { lane: 0, depth: 1, decisions: [0] },
      { lane: 1, depth: 1, decisions: [1] },
      null,
    ]);
  });

  it('records the reward of each', () => {
    const strategy = fixed();
    const proposal = proposeOne(strategy);
    const record = { number: 1, meanReward: 0.25, diagnostics: {}, probabilities: [] };
    expect(strategy.tell([{ proposal, reward: 0.25 }])).toEqual(record);
    expect(() => strategy.tell([{ proposal, reward: 0.25 }])).toThrow(/its lane awaits it/);
  });

  it('continues from its state', () => {
    const [whole, restored] = [fixed(), fixed()];
    const open = proposeOne(whole, 3);
    restored.restore(whole.state());
    expect(restored.tell([{ proposal: open, reward: 0.5 }])).toEqual(
      whole.tell([{ proposal: open, reward: 0.5 }]),
    );
    expect(restored.propose(0)).toEqual(whole.propose(0));
    expect(restored.state()).toEqual(whole.state());
    const other = fixed(given.slice(0, 1).map(decisionText));
    expect(() => other.restore(whole.state())).toThrow(expect.objectContaining({ code: 'run.damaged' }));
  });

  it('refuses architectures that are none of the space, and no architectures', () => {
    expect(() => fixed(['2: 2 0 [] 1 1 [1]'])).toThrow(
      expect.objectContaining({ code: 'architecture.invalid' }),
    );
    expect(() => fixed([])).toThrow(/controller.architectures is empty/);
  });
});
