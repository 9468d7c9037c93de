import type { ControllerConfig, OptionsOf, StrategyId } from '../../src-shared/config/strategies/strategies';
import type { SearchSpace } from '../../src-shared/space/search-space';
import { createEvolution } from './evolution';
import { createFixed } from './fixed';
import { createRandomSearch } from './random';
import { createReinforce } from './reinforce/reinforce';
import type { Strategy } from './strategy';

/** What a strategy is made of. */
export interface StrategyParts<Options = ControllerConfig> {
  readonly config: Options;
  readonly space: SearchSpace;
  /** Any integer; 0 is a seed like any other. */
  readonly seed: number;
  /** The layer schedule: predicted steps of the next architecture, given the number proposed so far. */
  readonly depthAt: (proposals: number) => number;
}

/** How each strategy of src-shared/config/strategies is made. */
const makers: { readonly [Id in StrategyId]: (parts: StrategyParts<OptionsOf<Id>>) => Strategy } = {
  reinforce: createReinforce,
  random: createRandomSearch,
  evolution: createEvolution,
  fixed: createFixed,
};

/** The strategy that the configuration names, before its first proposal. */
export function createStrategy(parts: StrategyParts): Strategy {
  const make = makers[parts.config.strategy] as (parts: StrategyParts) => Strategy;
  return make(parts);
}
