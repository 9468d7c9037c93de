import type { SearchConfig } from '../../src-shared/config/search-config';
import {
  depthOf,
  spaceOf,
  modelMaker,
  recipeOfChild,
  taskOfSpace,
  type Searched,
} from '../../src-shared/tasks/searched';
import type { Decision } from '../../src-shared/search-space';
import type { DatasetDescription } from '../../src-shared/tasks/data-kinds';
import type { Child } from '../../src-shared/tasks/tasks';
import { createStrategy } from '../strategy/strategies';
import type { Strategy } from '../strategy/strategy';

/** A network as the search sees it. */
export interface Candidate {
  /** The network or cell, with the recipe of the run. */
  readonly child: Child;
  /** Equal for decisions that mean the same network. */
  readonly hash: string;
  readonly parameters: number;
  /** Of one image or token. */
  readonly multiplyAdds: number;
}

/** Maps decisions to candidates. @throws config.invalid when the data do not suit it */
export function candidates(
  config: Searched,
  description: DatasetDescription,
): (depth: number, decisions: readonly Decision[]) => Candidate {
  const task = taskOfSpace(config.space);
  const modelOf = modelMaker(config, description);
  return (depth, decisions) => {
    const { architecture, task: setting } = modelOf(depth, decisions);
    const { parameters, multiplyAdds } = task.costs(architecture, setting);
    // A task's children are among those of all tasks.
    const child = task.child(architecture, recipeOfChild(config, decisions)) as Child;
    return { child, hash: task.hash(architecture), parameters, multiplyAdds };
  };
}

/** The strategy of a configuration, in its initial state. */
export function strategyOf(config: SearchConfig): Strategy {
  return createStrategy({
    config: config.controller,
    space: spaceOf(config.space),
    seed: config.seed,
    depthAt: (proposals) => depthOf(config.space, proposals),
  });
}
