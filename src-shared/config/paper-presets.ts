import { type SearchConfig, configVersion } from './search-config';
import { noEarlyStopping } from '../early-stopping';
import { strategies, type OptionsOf } from './strategies/strategies';

/** A configuration to start from. */
export interface Preset {
  readonly title: string;
  /** What it searches and how long that takes. */
  readonly summary: string;
  /** What the source leaves open, or what differs from it. */
  readonly note: string;
  readonly config: SearchConfig;
}

/** The controller of the paper (sections 3.1, 3.2, 4.1). The decay of the baseline is not published. */
export const paperController: OptionsOf<'reinforce'> = {
  ...strategies.reinforce.defaults,
  parameterServerShards: 20,
  replicas: 100,
};

/** As for images, with what section 4.2 has otherwise: one child a gradient, ten gradients an update, more replicas. */
export const paperCellController: OptionsOf<'reinforce'> = {
  ...paperController,
  learningRate: 0.0005,
  childrenPerUpdate: 1,
  replicas: 400,
  accumulateGradients: 10,
};

/**
 * For tens to hundreds of children on one machine: at the paper's rate the policy would hardly have left its random start by then.
 * The rates are those that did best on the synthetic reward with noise, for searches of the preset's length
 * (`npm run bench -- controller --tune`); an entropy bonus helped none of them.
 */
export const shortController: OptionsOf<'reinforce'> = {
  ...paperController,
  childrenPerUpdate: 2,
  baselineDecay: 0.9,
  parameterServerShards: 1,
  replicas: 1,
};

/** What all presets have in common. */
export const paperRun = {
  version: configVersion as typeof configVersion,
  seed: 1,
  trainers: {
    count: 1,
    threads: null,
    device: 'auto' as const,
    gpuMemory: null,
    checkpointEpochs: 1,
    silence: 120,
    retries: 2,
    smallerBatch: false,
    queue: null,
  },
  earlyStopping: noEarlyStopping,
  duplicates: 'reuse' as const,
  keepBest: 10,
};
