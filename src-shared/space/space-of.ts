import type { SpaceConfig } from '../config/search-config';
import { cellSpace } from './cell-space';
import { convSpace, depthAt } from './conv-space';
import type { SearchSpace } from './search-space';

/** The search space of a configuration, whatever it is over. */
export function spaceOf(config: SpaceConfig): SearchSpace {
  return config.kind === 'conv' ? convSpace(config) : cellSpace(config);
}

/** Predicted steps of the next proposal after a number of proposals; cells have no steps: 1. */
export function depthOf(config: SpaceConfig, proposalsSoFar: number): number {
  return config.kind === 'conv' ? depthAt(config.schedule, proposalsSoFar) : 1;
}
