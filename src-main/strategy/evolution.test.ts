import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { presetNames, presets } from '../../src-shared/config/presets';
import { strategies, type OptionsOf } from '../../src-shared/config/strategies/strategies';
import { pointsOf, type Decision, type SearchSpace } from '../../src-shared/search-space';
import { convSpace } from '../../src-shared/tasks/conv/conv-space';
import { depthOf, spaceOf } from '../../src-shared/tasks/searched';
import { proposeOne, smallSpace, syntheticSearch } from '../testing/synthetic-strategy';
import { meanOf } from './replicas';
import { createStrategy } from './strategies';
import { decodeState } from './strategy-state';
import type { Proposal, Strategy } from './strategy';

type Options = OptionsOf<'evolution'>;

function evolution(
  space: SearchSpace,
  changes: Partial<Options> = {},
  seed = 3,
  depthAt: (proposals: number) => number = () => 3,
): Strategy {
  return createStrategy({ config: { ...strategies.evolution.defaults, ...changes }, space, seed, depthAt });
}

/** The rewards and decisions of the population, oldest first, as the state has them. */
function populationOf(
  strategy: Strategy,
): { readonly reward: number; readonly decisions: readonly Decision[] }[] {
  const { population } = decodeState(strategy.state()).header as {
    population: { reward: number; decisions: Decision[] }[];
  };
  return population;
}

const tell = (strategy: Strategy, proposal: Proposal, reward: number) =>
  strategy.tell([{ proposal, reward }]);

/** A choice of the kind decides which decisions follow it. */
const mixed = convSpace({
  ...presets.v1.config.space,
  layerTypes: ['convolution', 'maxPooling'],
  pooling: { kind: 'predicted', sizes: [1, 2] },
  learningRates: [0.1, 0.01],
});

describe('evolution', () => {
  it.each(presetNames)('proposes whole walks of the space of %s, as its networks grow', (name) => {
    const { space } = presets[name].config;
    const strategy = evolution(spaceOf(space), { population: 4, sampleSize: 2 }, 1, (proposals) =>
      depthOf(space, 160 * proposals),
    );
    for (let child = 0; child < 20; child++) {
      const proposal = proposeOne(strategy);
      expect(() => pointsOf(spaceOf(space), proposal.depth, proposal.decisions)).not.toThrow();
      expect(proposal.depth).toBe(depthOf(space, 160 * child));
      tell(strategy, proposal, 0.5);
    }
  });

  it.each([
    ['a space with masked options', smallSpace()],
    ['a space where one decision decides which others there are', mixed],
  ])('changes one decision of the parent, and what cannot stay with it, in %s', (_, space) => {
    fc.assert(
      fc.property(fc.nat(1000), (seed) => {
        const strategy = evolution(space, { population: 1, sampleSize: 1 }, seed);
        let parent = proposeOne(strategy);
        for (let child = 0; child < 8; child++) {
          tell(strategy, parent, 0.1);
          const proposal = proposeOne(strategy);
          const keys = (one: Proposal) =>
            new Map(
              pointsOf(space, one.depth, one.decisions).map(({ name, layer }, step) => [
                `${name} ${layer}`,
                JSON.stringify(one.decisions[step]),
              ]),
            );
          const [before, after] = [keys(parent), keys(proposal)];
          const changed = [...after].filter(
            ([key, decision]) => before.has(key) && before.get(key) !== decision,
          );
          expect(changed, JSON.stringify([parent, proposal])).toHaveLength(1);
          parent = proposal;
        }
      }),
      { numRuns: 40 },
    );
  });

  it('keeps the decisions of layers that the parent has when networks grow', () => {
    const strategy = evolution(mixed, { population: 1, sampleSize: 1 }, 5, (proposals) => 3 + proposals);
    const first = proposeOne(strategy);
    tell(strategy, first, 0.1);
    const second = proposeOne(strategy);
    expect(second.depth).toBe(4);
    expect(() => pointsOf(mixed, 4, second.decisions)).not.toThrow();
    const same = first.decisions.slice(0, -1).filter((decision, step) => {
      return JSON.stringify(decision) === JSON.stringify(second.decisions[step]);
    });
    expect(same.length).toBeGreaterThan(4);
  });

  it('lets the oldest member leave, however good it is, and keeps failed children out', () => {
    const strategy = evolution(smallSpace(), { population: 3, sampleSize: 2 });
    const rewards = [0.9, 0.1, 0, 0.2, 0.3, 0.4];
    const seen = rewards.map((reward) => {
      tell(strategy, proposeOne(strategy), reward);
      return populationOf(strategy).map((member) => member.reward);
    });
    expect(seen).toEqual([[0.9], [0.9, 0.1], [0.9, 0.1], [0.9, 0.1, 0.2], [0.1, 0.2, 0.3], [0.2, 0.3, 0.4]]);
  });

  it('takes the best of the sample as the parent', () => {
    // A sample that large has the best in it as good as surely.
    const strategy = evolution(smallSpace(), { population: 4, sampleSize: 200 });
    for (const reward of [0.1, 0.8, 0.2, 0.3]) tell(strategy, proposeOne(strategy), reward);
    const best = populationOf(strategy)[1]?.decisions ?? [];
    const child = proposeOne(strategy);
    const different = child.decisions.filter(
      (decision, step) => JSON.stringify(decision) !== JSON.stringify(best[step]),
    );
    expect(different).toHaveLength(1);
  });

  it('draws at random while nothing has succeeded', () => {
    const strategy = evolution(smallSpace(), { population: 2, sampleSize: 2 });
    for (let child = 0; child < 10; child++) tell(strategy, proposeOne(strategy), 0);
    expect(populationOf(strategy)).toEqual([]);
    expect(strategy.proposals).toBe(10);
  });

  it('has several children in training, which end in any order', () => {
    const strategy = evolution(smallSpace(), { population: 2, sampleSize: 2 });
    const started = [2, 0, 1].map((lane) => proposeOne(strategy, lane));
    expect([...strategy.awaited()]).toEqual([
      [2, 1],
      [0, 1],
      [1, 1],
    ]);
    expect(() => strategy.propose(1)).toThrow(/awaits the reward/);
    for (const proposal of started.toReversed()) tell(strategy, proposal, 0.5);
    expect([...strategy.awaited()]).toEqual([]);
    const [first] = started;
    if (first !== undefined) expect(() => tell(strategy, first, 0.5)).toThrow(/one child at a time/);
  });

  it('refuses rewards and decisions that cannot be meant, and nothing has changed', () => {
    const strategy = evolution(smallSpace());
    const proposal = proposeOne(strategy);
    const before = strategy.state();
    expect(() => tell(strategy, proposal, NaN)).toThrow(/finite/);
    expect(() => strategy.tell([])).toThrow(/one child at a time/);
    expect(() => tell(strategy, { ...proposal, decisions: [] }, 0.5)).toThrow(
      expect.objectContaining({ code: 'architecture.invalid' }),
    );
    expect(strategy.state()).toEqual(before);
  });

  it('continues from its state to the last bit', () => {
    const options = { population: 5, sampleSize: 3 };
    const [whole, restored] = [evolution(mixed, options, 3), evolution(mixed, options, 99)];
    for (let child = 0; child < 12; child++) tell(whole, proposeOne(whole), child / 12);
    const open = proposeOne(whole, 1);
    restored.restore(whole.state());
    const rest = (strategy: Strategy) =>
      Array.from({ length: 8 }, (_, child) => {
        const proposal = proposeOne(strategy);
        return [proposal, tell(strategy, proposal, child / 8)];
      });
    expect(rest(restored)).toEqual(rest(whole));
    expect(tell(restored, open, 0.5)).toEqual(tell(whole, open, 0.5));
    expect(restored.state()).toEqual(whole.state());
  });

  it('refuses the state of another space, and of a larger population', () => {
    const source = evolution(smallSpace(), { population: 4 });
    for (let child = 0; child < 4; child++) tell(source, proposeOne(source), 0.5);
    const damaged = expect.objectContaining({ code: 'run.damaged' }) as Error;
    expect(() => evolution(mixed).restore(source.state())).toThrow(damaged);
    expect(() => evolution(smallSpace(), { population: 3 }).restore(source.state())).toThrow(damaged);
  });

  it('finds better networks of the synthetic reward than random search does, with every seed', () => {
    const last = (config: OptionsOf<'evolution' | 'random'>, seed: number): number =>
      meanOf(syntheticSearch(config, seed, 300).slice(-50));
    for (let seed = 0; seed < 5; seed++)
      expect(last(strategies.evolution.defaults, seed)).toBeGreaterThan(
        last(strategies.random.defaults, seed) + 0.25,
      );
  });
});
