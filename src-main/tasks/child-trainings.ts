import { registryOf } from '../../src-shared/tasks/registry';
import { cellTraining } from './cell-training';
import type { ChildTraining } from './child-training';
import { convTraining } from './conv-training';

/** How children are trained, by their kind. */
export const childTrainings = registryOf<ChildTraining>('training', [convTraining, cellTraining]);
