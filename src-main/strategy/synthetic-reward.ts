import { presets } from '../../src-shared/config/presets';
import type { ControllerConfig, OptionsOf } from '../../src-shared/config/strategies/strategies';
import { convSpace } from '../../src-shared/tasks/conv/conv-space';
import type { Decision } from '../../src-shared/search-space';
import { createStrategy } from './strategies';
import { proposeUpTo } from './strategy';

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
 * @param noise added to each reward that the strategy is told, not to those returned
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
