import type { Decision } from '../../src-shared/space/search-space';
import type { DatasetDescription } from '../../src-shared/tasks/data-kinds';
import { modelMaker, tasks, type Child, type Searched } from '../../src-shared/tasks/tasks';
import type { Candidate } from './search-state';

/** How a search makes candidates of decisions. @throws config.invalid when the data do not suit it */
export function candidates(
  config: Searched,
  description: DatasetDescription,
): (depth: number, decisions: readonly Decision[]) => Candidate {
  const task = tasks.of(config.space.kind);
  const modelOf = modelMaker(config, description);
  return (depth, decisions) => {
    const { architecture, task: setting } = modelOf(depth, decisions);
    const { parameters, multiplyAdds } = task.costs(architecture, setting);
    // A task's children are among those of all tasks.
    const child = task.child(architecture, config.recipe) as Child;
    return { child, hash: task.hash(architecture), parameters, multiplyAdds };
  };
}
