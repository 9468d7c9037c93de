import { presets } from '../../src-shared/config/presets';
import type { SearchConfig } from '../../src-shared/config/search-config';
import type { DatasetDescription } from '../../src-shared/tasks/data-kinds';
import { runDescription, treebankDescription } from '../../src-main/testing/run-description';
import type { ChildModel } from '../../src-main/testing/simulation/child-model';

/** A search of the paper, to be simulated. */
export interface Scale {
  readonly title: string;
  readonly config: SearchConfig;
  readonly description: DatasetDescription;
  /** Children that train at the same time. */
  readonly size: number;
  readonly model: ChildModel;
}

/**
 * The searches of sections 4.1 and 4.2. The models are those of the children of the presets `demo` and `demo-cells` as one machine trained
 * them: `npm run bench -- scale --like RUN` prints that of a run.
 */
export const scales = {
  v1: {
    title: 'v1: 100 replicas of 8 children, layers by the schedule',
    config: presets.v1.config,
    description: runDescription().dataset.description,
    size: 800,
    model: {
      duration: { intercept: 0, slope: 1, deviation: 0.3 },
      quality: { intercept: -5, slope: 0.4, deviation: 0.3 },
    },
  },
  cells: {
    title: 'Cells of base 8: 400 replicas of one child, 10 gradients an update',
    config: presets['ptb-base8'].config,
    description: treebankDescription,
    size: 400,
    model: {
      duration: { intercept: 0, slope: 1, deviation: 0.3 },
      quality: { intercept: 5, slope: 0, deviation: 0.3 },
    },
  },
} satisfies Record<string, Scale>;

export type ScaleName = keyof typeof scales;
