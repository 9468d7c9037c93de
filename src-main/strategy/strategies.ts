import type { OptionsOf, StrategyId } from '../../src-shared/config/strategies/strategies';
import { createEvolution } from './evolution';
import { createFixed } from './fixed';
import { createRandomSearch } from './random';
import { createReinforce } from './reinforce/reinforce';
import type { Strategy, StrategyParts } from './strategy';

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
