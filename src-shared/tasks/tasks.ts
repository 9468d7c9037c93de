import type { z } from 'zod';
import { CellsmithError } from '../errors';
import type { Decision } from '../space/search-space';
import { cellTask } from './cell/cell-task';
import { convTask } from './conv/conv-task';
import type { DatasetDescription, Recipe } from './data-kinds';
import { registryOf } from './registry';
import type { Model, Task } from './task';

const builtIn = [convTask, cellTask] as const;
export type BuiltInTask = (typeof builtIn)[number];

/** The models of tasks, each with its kind. */
export type ModelOf<Some> = Some extends {
  readonly spaceSchema: z.ZodType<{ readonly kind: infer Kind }>;
  readonly architectureSchema: z.ZodType<infer Architecture>;
  readonly settingSchema: z.ZodType<infer Setting>;
}
  ? { readonly kind: Kind; readonly architecture: Architecture; readonly task: Setting }
  : never;

/** The options of a search space of any task. */
export type SpaceConfig = z.infer<BuiltInTask['spaceSchema']>;
/** What is trained and how: a convolutional network on images, or a language model of a cell on text. */
export type Child = z.infer<BuiltInTask['childSchema']>;

/** All that can be searched for. */
export const tasks = registryOf<Task>('task', builtIn);

/** What a search searches for, and how its children are trained. */
export interface Searched {
  readonly space: SpaceConfig;
  readonly recipe: Recipe;
}

/**
 * Makes models of decisions.
 * @throws CellsmithError 'config.invalid' when the data do not suit the search; what is returned throws 'architecture.invalid' when
 *   decisions are none of the space
 */
export function modelMaker(
  { space, recipe }: Searched,
  description: DatasetDescription,
): (depth: number, decisions: readonly Decision[]) => Model {
  const task = tasks.of(space.kind);
  if (description.kind !== task.data.kind) throw new CellsmithError('config.invalid', task.words.needsData);
  return (depth, decisions) => {
    const architecture = task.decode(space, depth, decisions);
    return { kind: task.kind, architecture, task: task.setting(architecture, recipe, description) };
  };
}
