import type { SearchConfig } from '../config/search-config';
import { Generator } from '../random';
import { type Decision, uniformWalk } from '../search-space';
import { depthOf, spaceOf, modelMaker, taskOfSpace } from '../tasks/searched';
import type { DatasetDescription } from '../tasks/data-kinds';
import type { Costs } from '../tasks/task';

/** A child as an untrained controller proposes it, and what it costs. */
export interface SampledChild extends Costs {
  readonly depth: number;
  readonly decisions: readonly Decision[];
}

/**
 * Draws children as a controller proposes them that has learnt nothing: its softmaxes are all but flat, so uniformly. They are spread
 * over the search, so that they have the depths that its networks will have; without a number of children, those at its beginning.
 * The same configuration and data give the same children.
 * @throws CellsmithError 'config.invalid' when the data do not suit the search, 'architecture.invalid' when no child can be made
 */
export function sampleChildren(
  config: SearchConfig,
  description: DatasetDescription,
  count: number,
): SampledChild[] {
  const space = spaceOf(config.space);
  const generator = Generator.seeded(config.seed, 'estimate');
  const task = taskOfSpace(config.space);
  const modelOf = modelMaker(config, description);
  return Array.from({ length: count }, (_, index) => {
    const proposals = Math.floor(((index + 0.5) / count) * (config.budget.children ?? 1));
    const depth = depthOf(config.space, proposals);
    const { decisions } = uniformWalk(space, depth, generator);
    const model = modelOf(depth, decisions);
    const { parameters, multiplyAdds, activationBytes } = task.costs(model.architecture, model.task);
    return { depth, decisions, parameters, multiplyAdds, activationBytes };
  });
}

/** The value below which the given share of the values lies, between the two nearest. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? NaN;
  const above = sorted[Math.ceil(place)] ?? below;
  return below + (place - Math.floor(place)) * (above - below);
}
