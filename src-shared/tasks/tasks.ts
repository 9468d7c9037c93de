import type { z } from 'zod';
import { cellTask } from './cell/cell-task';
import { convTask } from './conv/conv-task';
import { registryOf } from './registry';
import type { Task } from './task';

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
export type TaskSpaceConfig = z.infer<BuiltInTask['spaceSchema']>;
/** What is trained and how: a convolutional network on images, or a language model of a cell on text. */
export type Child = z.infer<BuiltInTask['childSchema']>;

/** All that can be searched for. */
export const tasks = registryOf<Task>('task', builtIn);
