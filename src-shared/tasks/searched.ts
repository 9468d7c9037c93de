import { counted } from '../counted';
import { CellsmithError } from '../errors';
import { Generator } from '../random';
import type { Decision, SearchSpace } from '../search-space';
import type { DatasetDescription, Recipe } from './data-kinds';
import { givenDecisions, type GivenChild, type GivenSpaceConfig } from './given';
import type { Model, Task } from './task';
import { tasks, type TaskSpaceConfig } from './tasks';

/** What children are drawn from: the search space of a task, or a list of given children. */
export type SpaceConfig = TaskSpaceConfig | GivenSpaceConfig;

/** What a run searches, and how its children are trained. */
export interface Searched {
  readonly space: SpaceConfig;
  readonly recipe: Recipe;
}

/** The task of a space, with the decisions of that space. */
export function taskOfSpace(space: SpaceConfig): Task {
  return space.kind === 'given' ? { ...tasks.of(space.task), ...givenDecisions } : tasks.of(space.kind);
}

/** The entry of a list that decisions name; undefined for those of other spaces. */
export function givenChild(space: SpaceConfig, [decision]: readonly Decision[]): GivenChild | undefined {
  return space.kind === 'given' && typeof decision === 'number' ? space.children[decision] : undefined;
}

/** What a list of given children is in a few words: 'child 12 of Demo', 'resnet-20', '8 architectures'; null for other spaces. */
export function givenText(space: SpaceConfig): string | null {
  if (space.kind !== 'given') return null;
  const [only] = space.children;
  if (only === undefined || space.children.length > 1) return counted(space.children.length, 'architecture');
  return only.origin === null ? only.name : `child ${only.origin.trial} of ${only.origin.run.name}`;
}

/** The recipe of a child: that of its run, with what a given child has of its own. */
export function recipeOfChild({ space, recipe }: Searched, decisions: readonly Decision[]): Recipe {
  const own = givenChild(space, decisions)?.recipe;
  // A configuration is accepted only if the recipes of all of its children fit the schema.
  return own === undefined ? recipe : { ...recipe, ...own };
}

/**
 * Seeds whatever is random in the training of a child. It depends on the trial alone, so that it does not matter what else was trained,
 * when, or how often. The first of given children takes the seed of the run as it is.
 * @param trial its number, from 1
 */
export function seedOfChild(
  { space, seed }: Pick<Searched, 'space'> & { readonly seed: number },
  trial: number,
): number {
  return space.kind === 'given' && trial === 1 ? seed : Generator.seeded(seed, `trial ${trial}`).uint32();
}

/**
 * Makes models of decisions.
 * @throws CellsmithError 'config.invalid' when the data do not suit the search; what is returned throws 'architecture.invalid' when
 *   decisions are none of the space
 */
export function modelMaker(
  searched: Searched,
  description: DatasetDescription,
): (depth: number, decisions: readonly Decision[]) => Model {
  const { space } = searched;
  const task = taskOfSpace(space);
  if (description.kind !== task.data.kind) throw new CellsmithError('config.invalid', task.words.needsData);
  return (depth, decisions) => {
    const architecture = task.decode(space, depth, decisions);
    const setting = task.setting(architecture, recipeOfChild(searched, decisions), description);
    return { kind: task.kind, architecture, task: setting };
  };
}

/** The search space of a configuration, whatever it is over. */
export function spaceOf(config: SpaceConfig): SearchSpace {
  return taskOfSpace(config).decisions(config);
}

/** Predicted steps of the next proposal after a number of proposals; cells have no steps: 1. */
export function depthOf(config: SpaceConfig, proposalsSoFar: number): number {
  return taskOfSpace(config).depthAt(config, proposalsSoFar);
}
