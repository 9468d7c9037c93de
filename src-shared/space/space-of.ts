import { taskOfSpace, type SpaceConfig } from '../tasks/searched';
import type { SearchSpace } from './search-space';

/** The search space of a configuration, whatever it is over. */
export function spaceOf(config: SpaceConfig): SearchSpace {
  return taskOfSpace(config).decisions(config);
}

/** Predicted steps of the next proposal after a number of proposals; cells have no steps: 1. */
export function depthOf(config: SpaceConfig, proposalsSoFar: number): number {
  return taskOfSpace(config).depthAt(config, proposalsSoFar);
}
