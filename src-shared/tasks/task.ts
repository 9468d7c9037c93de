import type { z } from 'zod';
import type { Drawing } from '../diagrams/drawing';
import type { Decision, SearchSpace } from '../search-space';
import type { Complain } from '../option';
import type { DataKind, DescriptionBase, RecipeBase } from './data-kind';

/** What options of search spaces have in common, whatever is searched for. */
export interface SpaceBase {
  readonly kind: string;
}

/** What is trained, and how. Its kind names the task for trainers, which know no search space. */
export interface ChildBase {
  readonly kind: string;
  readonly recipe: RecipeBase;
}

/** An architecture with what data and recipe decide of it: all that its size depends on. Files hold it in this form. */
export interface Model {
  readonly kind: string;
  readonly architecture: unknown;
  readonly task: unknown;
}

/** What a model costs. */
export interface Costs {
  readonly parameters: number;
  /** Of one image, or of one token. */
  readonly multiplyAdds: number;
  /** Bytes that a training step keeps of one image, or of one token, for the backward pass. */
  readonly activationBytes: number;
}

/** How texts name what a task searches for. */
export interface TaskWords {
  /** One of them, and several: 'network', 'networks'. */
  readonly one: string;
  readonly many: string;
  /** In full: 'convolutional networks'. */
  readonly full: string;
  /** One that has no other name: 'Recurrent cell'. */
  readonly unnamed: string;
  /** The error of a search on other data. */
  readonly needsData: string;
}

/**
 * A task: what is searched for, on which kind of data. It says all that differs between searches for networks and for cells; how its
 * children are trained is said in src-main/tasks, and how the window shows them in src-renderer/tasks.ts.
 */
export interface Task<
  Space extends SpaceBase = SpaceBase,
  Recipe extends RecipeBase = RecipeBase,
  Description extends DescriptionBase = DescriptionBase,
  Architecture = unknown,
  Setting = unknown,
  Child extends ChildBase = ChildBase,
> {
  readonly kind: string;
  readonly data: Pick<DataKind, 'kind'>;
  readonly words: TaskWords;
  readonly spaceSchema: z.ZodObject & z.ZodType<Space>;
  /** Reports options of a space that contradict each other. */
  checkSpace(space: Space, complain: Complain): void;

  decisions(space: Space): SearchSpace;
  /** Predicted steps of what is proposed after a number of proposals; 1 where architectures have no steps. */
  depthAt(space: Space, proposalsSoFar: number): number;
  /** What a predicted step is called, and how many layers it stands for; null layers where there are none to count. */
  step(space: Space): { readonly name: 'Layer' | 'Block' | 'Node' | 'Child'; readonly layers: number | null };
  /** Sequences of decisions that there are of a depth. Exact. */
  count(space: Space, depth: number): bigint;
  /** @throws CellsmithError 'architecture.invalid' when the decisions are none of the space */
  decode(space: Space, depth: number, decisions: readonly Decision[]): Architecture;

  readonly architectureSchema: z.ZodType<Architecture>;
  /** How files of version 1 write an architecture; absent where that is the same. */
  readonly firstArchitectureSchema?: z.ZodType<Architecture>;
  /** What data and recipe decide of a model; `task` in files. */
  readonly settingSchema: z.ZodType<Setting>;
  /** @throws CellsmithError 'architecture.invalid' when no model of the architecture suits the recipe */
  setting(architecture: Architecture, recipe: Recipe, description: Description): Setting;
  costs(architecture: Architecture, setting: Setting): Costs;
  /** 32 hexadecimal digits, equal for architectures that mean the same. */
  hash(architecture: Architecture): string;
  /** One line: '4 layers, 12k parameters, 50% of skip connections'. */
  summary(architecture: Architecture, setting: Setting): string;
  /** Lines that say all of it, for terminals. */
  table(architecture: Architecture, setting: Setting): string;
  /** @param remarks whether shapes and parameters are written next to the layers */
  draw(architecture: Architecture, setting: Setting, remarks: boolean): Drawing;

  readonly childSchema: z.ZodObject & z.ZodType<Child>;
  child(architecture: Architecture, recipe: Recipe): Child;
}
