import { createRandomSearch } from './random-search';
import { createReinforce } from './reinforce';
import type { StrategyOptions } from './replicas';
import type { Strategy } from './strategy';

/** The strategy that the configuration names. */
export function createStrategy(options: StrategyOptions): Strategy {
  switch (options.config.strategy) {
    case 'reinforce':
      return createReinforce(options);
    case 'random':
      return createRandomSearch(options);
  }
}
