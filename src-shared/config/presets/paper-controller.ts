import { noEarlyStopping } from '../early-stopping';
import { configVersion, type ControllerConfig } from '../search-config';

/** The controller of the paper (sections 3.1, 3.2, 4.1). The decay of the baseline is not published. */
export const paperController: ControllerConfig = {
  strategy: 'reinforce',
  hiddenUnits: 35,
  layers: 2,
  initialRange: 0.08,
  learningRate: 0.0006,
  childrenPerUpdate: 8,
  baselineDecay: 0.95,
  entropyBonus: 0,
  temperature: 1,
  tanhConstant: null,
  parameterServerShards: 20,
  replicas: 100,
  accumulateGradients: 1,
  mode: 'asynchronous',
};

/** As for images, with what section 4.2 has otherwise: one child a gradient, ten gradients an update, more replicas. */
export const paperCellController: ControllerConfig = {
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
export const shortController: ControllerConfig = {
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
