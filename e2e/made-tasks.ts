import { presets } from '../src-shared/config/presets';
import type { ImageSearchConfig, TextSearchConfig } from '../src-shared/config/search-config';
import type { DatasetDescription, EpochRecord } from '../src-shared/tasks/data-kinds';
import type { Decision } from '../src-shared/search-space';
import { syntheticReward } from '../src-main/testing/synthetic-strategy';
import { runDescription, treebankDescription } from '../src-main/testing/run-description';
import { sample } from './studio';

/** A search whose children are scored by their decisions, instead of hours of training. */
export interface MadeTask {
  readonly config: ImageSearchConfig | TextSearchConfig;
  readonly description: DatasetDescription;
  /** Of a network, from 0 to 1. */
  readonly merit: (decisions: readonly Decision[]) => number;
  /** Stored metric of a network of a merit. */
  readonly measureOf: (merit: number) => number;
  readonly rewardOf: (measure: number) => number;
  /** An epoch on the way from nothing, 0, to the measure, 1. */
  readonly epoch: (measure: number, way: number, epoch: number, seconds: number) => EpochRecord;
}

const controller = {
  replicas: 1,
  parameterServerShards: 1,
  childrenPerUpdate: 8,
  learningRate: 0.006,
} as const;

const { config: v1 } = presets.v1;
/** The space that the synthetic reward judges: six layers of v1. */
const imageConfig: ImageSearchConfig = {
  ...v1,
  space: { ...v1.space, schedule: { ...v1.space.schedule, growBy: 0, maximumLayers: 6 } },
  controller: { ...v1.controller, ...controller },
};

const images: MadeTask = {
  config: imageConfig,
  description: runDescription().dataset.description,
  merit: syntheticReward,
  measureOf: (merit) => Math.min(0.99, 0.3 + 0.6 * merit),
  rewardOf: (accuracy) => accuracy ** 3,
  epoch: (accuracy, way, epoch, seconds) => ({
    kind: 'images',
    epoch,
    trainLoss: 2.3 * (1 - 0.8 * way),
    trainAccuracy: Math.min(1, accuracy * way * 1.05),
    validationLoss: 2.3 * (1 - 0.7 * way),
    validationAccuracy: accuracy * way,
    learningRate: 0.1,
    seconds,
  }),
};

const { config: cells } = presets['ptb-base8'];
const textConfig: TextSearchConfig = {
  ...cells,
  controller: { ...cells.controller, ...controller, accumulateGradients: 1 },
};
const text: MadeTask = {
  config: textConfig,
  description: treebankDescription,
  // Every second decision about a node is its activation; the wanted one is tanh.
  merit: (decisions) => decisions.filter((decision, place) => place % 2 === 1 && decision === 1).length / 16,
  measureOf: (merit) => 180 - 110 * merit,
  rewardOf: (perplexity) => 80 / perplexity ** 2,
  epoch: (perplexity, way, epoch, seconds) => ({
    kind: 'text',
    epoch,
    trainPerplexity: 0.9 * (perplexity / way),
    validationPerplexity: perplexity / way,
    learningRate: 1,
    seconds,
  }),
};

/** Small networks on the sample images, whose children really train, within seconds. */
const { config: demo } = presets.demo;
const tiny: MadeTask = {
  ...images,
  config: {
    ...demo,
    space: {
      ...demo.space,
      filters: [4, 6],
      schedule: { ...demo.space.schedule, growBy: 0, initialLayers: 2, maximumLayers: 2 },
    },
    controller: { ...demo.controller, ...controller },
  },
  description: { ...runDescription().dataset.description, location: sample },
  merit: (decisions) => decisions.filter((decision) => decision === 1).length / 12,
};

export const madeTasks = { images: images, text, tiny } as const;
