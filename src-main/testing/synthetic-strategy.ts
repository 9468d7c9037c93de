import { presets } from '../../src-shared/config/presets';
import type { ControllerConfig, OptionsOf } from '../../src-shared/config/strategies/strategies';
import { convSpace } from '../../src-shared/tasks/conv/conv-space';
import type { Decision, DecisionPoint, SearchSpace } from '../../src-shared/search-space';
import { createStrategy } from '../strategy/strategies';
import { proposeUpTo, type Proposal, type RewardedProposal, type Strategy } from '../strategy/strategy';
import { Generator } from '../../src-shared/random';
import { decodeState } from '../strategy/strategy-state';
import { layoutOf, type Layout } from '../strategy/reinforce/policy/layout';

/** The space v1, and the paper's controller as one replica. */
const { space, controller } = presets.v1.config;
export const syntheticSpace = convSpace(space);
export const paperController: OptionsOf<'reinforce'> = { ...controller, replicas: 1 };

/** Layers of the networks that the synthetic reward judges. */
const syntheticDepth = 6;

/**
 * A reward that needs no training, over six layers of the space v1 (decisions of a layer: filter height of {1,3,5,7}, filter
 * width of {1,3,5,7}, filters of {24,36,48,64}, anchor point), to see whether a strategy learns, and how fast:
 *
 * - 0.40 × the share of layers with the wanted number of filters: 36 in layers 1 to 3, 48 in layers 4 to 6;
 * - 0.28 × the share of layers with the wanted kernel: 3×3 in layers 1 to 3, 7×5 in layers 4 to 6. The two decisions
 *   interact: either alone is worth nothing;
 * - 0.32 × the share of the 15 possible links that are as wanted: layer 1 feeds every later layer, no other does.
 *
 * One architecture reaches 1.
 */
export function syntheticReward(decisions: readonly Decision[]): number {
  let filters = 0;
  let kernels = 0;
  let links = 0;
  for (let layer = 0; layer < syntheticDepth; layer++) {
    const [height, width, count, anchor] = decisions.slice(4 * layer, 4 * layer + 4);
    const early = layer < syntheticDepth / 2;
    if (count === (early ? 1 : 2)) filters += 1;
    if (height === (early ? 1 : 3) && width === (early ? 1 : 2)) kernels += 1;
    if (typeof anchor === 'object')
      anchor.forEach((bit, from) => {
        if ((bit === 1) === (from === 0)) links += 1;
      });
  }
  return 0.4 * (filters / 6) + 0.28 * (kernels / 6) + 0.32 * (links / 15);
}

/** Its expectation over uniform draws, in closed form: a quarter of the filters, a sixteenth of the kernels, half of the links. */
export const syntheticExpectation = 0.4 / 4 + 0.28 / 16 + 0.32 / 2;

/** Its variance over uniform draws: the 6 + 6 + 15 terms are independent Bernoullis. */
export const syntheticVariance =
  (0.4 ** 2 / 6) * (1 / 4) * (3 / 4) + (0.28 ** 2 / 6) * (1 / 16) * (15 / 16) + (0.32 ** 2 / 15) * (1 / 4);

/**
 * The rewards of a whole search, in the order of the proposals; whole batches, so a few more than asked for.
 * @param noise added to each reward that the strategy receives, not to those returned
 */
export function syntheticSearch(
  config: ControllerConfig,
  seed: number,
  proposals: number,
  noise: () => number = () => 0,
): number[] {
  const strategy = createStrategy({ config, space: syntheticSpace, seed, depthAt: () => syntheticDepth });
  const rewards: number[] = [];
  while (rewards.length < proposals) {
    const batch = proposeUpTo(strategy, 0, strategy.pace.batch);
    const results = batch.map((proposal) => {
      const reward = syntheticReward(proposal.decisions);
      rewards.push(reward);
      return { proposal, reward: reward + noise() };
    });
    strategy.tell(results);
  }
  return rewards;
}

/** A step decides a size, one of them masked in even layers, a kind, and its links. `sizes` are the values on offer. */
export function smallSpace(sizes: readonly [number, number, number] = [1, 3, 5]): SearchSpace {
  return {
    vocabulary: { size: sizes, kind: ['a', 'b'] },
    hasAnchors: true,
    next(decisions, depth): DecisionPoint | undefined {
      const layer = Math.floor(decisions.length / 3) + 1;
      if (layer > depth) return undefined;
      if (decisions.length % 3 === 0) {
        const point = { kind: 'choice', name: 'size', layer, options: sizes } as const;
        return layer % 2 === 0 ? { ...point, allowed: [true, false, true] } : point;
      }
      if (decisions.length % 3 === 1) return { kind: 'choice', name: 'kind', layer, options: ['a', 'b'] };
      const candidates = Array.from({ length: layer - 1 }, (_, k) => 3 * k + 2);
      return { kind: 'anchor', name: 'anchorPoint', layer, candidates };
    },
  };
}

/** A controller of 6 units with weights large enough that its draws are far from uniform. */
export const smallConfig: OptionsOf<'reinforce'> = {
  ...paperController,
  hiddenUnits: 6,
  initialRange: 1,
  learningRate: 0.01,
  childrenPerUpdate: 4,
  parameterServerShards: 3,
};

export const smallLayout: Layout = layoutOf(smallSpace(), smallConfig.hiddenUnits, smallConfig.layers);

/** Architectures of 3 layers, of 4 from the tenth on. */
export function smallStrategy(
  {
    strategy = 'reinforce',
    ...changes
  }: Partial<Omit<OptionsOf<'reinforce'>, 'strategy'>> & { readonly strategy?: 'reinforce' | 'random' } = {},
  seed = 7,
  space = smallSpace(),
): Strategy {
  const config = { ...smallConfig, ...changes };
  const { childrenPerUpdate, replicas, mode } = config;
  return createStrategy({
    config: strategy === 'random' ? { strategy, childrenPerUpdate, replicas, mode } : config,
    space,
    seed,
    depthAt: (proposals) => (proposals < 9 ? 3 : 4),
  });
}

/** What a replica proposes for one batch. */
export function proposeBatch(strategy: Strategy, replica = 0): Proposal[] {
  return proposeUpTo(strategy, replica, strategy.pace.batch);
}

/** One proposal, which must be there. */
export function proposeOne(strategy: Strategy, lane = 0): Proposal {
  const proposal = strategy.propose(lane);
  if (proposal === null) throw new Error('The strategy has nothing to propose.');
  return proposal;
}

/** Rewards that differ and depend on the proposals' order alone. */
export function rewarded(proposals: readonly Proposal[], seed = 1): RewardedProposal[] {
  const generator = Generator.seeded(seed, 'rewards');
  return proposals.map((proposal) => ({ proposal, reward: generator.uniform() }));
}

/** A vector of a strategy's stored state: 'parameters', 'adam.mean', … */
export function storedVector(strategy: Strategy, name: string): Float64Array {
  return decodeState(strategy.state()).vectors.get(name) ?? new Float64Array(0);
}
