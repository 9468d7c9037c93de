import { z } from 'zod';
import { option } from '../../option';
import { laneOptions, describeStrategy } from './strategy-description';

const count = z.int().min(1);

/** The policy and how it learns (paper sections 3.1, 3.2 and 4); the initial values are the paper's, on one replica. */
export const reinforce = describeStrategy('reinforce', {
  label: 'REINFORCE',
  help: 'A recurrent network learns from the rewards which architectures to propose.',
  options: z.strictObject({
    strategy: z.literal('reinforce'),
    hiddenUnits: option(count.max(512), {
      label: 'Hidden units',
      help: "Units per layer of the controller's LSTM.",
      paper: { v1: 35 },
      initial: () => 35,
    }),
    layers: option(count.max(4), {
      label: 'LSTM layers',
      help: "Layers of the controller's LSTM.",
      paper: { v1: 2 },
      advanced: true,
      initial: () => 2,
    }),
    initialRange: option(z.number().positive().max(1), {
      label: 'Initial range',
      help: "The controller's weights start uniform between minus this value and this value.",
      paper: { v1: 0.08 },
      advanced: true,
      initial: () => 0.08,
    }),
    learningRate: option(z.number().positive().max(1), {
      label: 'Learning rate of the controller',
      help: "Learning rate of the controller's Adam optimizer. The paper's value is for thousands of children; short searches need a larger one.",
      paper: { v1: 0.0006, 'ptb-base8': 0.0005 },
      initial: () => 0.0006,
    }),
    childrenPerUpdate: laneOptions.childrenPerUpdate,
    baselineDecay: option(z.number().min(0).max(0.9999), {
      label: 'Baseline decay',
      help: 'Decay of the moving average of earlier rewards that serves as the baseline: the larger, the slower it changes.',
      initial: () => 0.95,
    }),
    entropyBonus: option(z.number().min(0).max(10), {
      label: 'Entropy bonus',
      help: 'Weight of the entropy in the objective, against early convergence; 0 is off.',
      paper: { v1: 0 },
      advanced: true,
      initial: () => 0,
    }),
    temperature: option(z.number().positive().max(100), {
      label: 'Temperature',
      help: 'Divides the logits: above 1 proposals are closer to uniform, below 1 more peaked; 1 is off.',
      paper: { v1: 1 },
      advanced: true,
      initial: () => 1,
    }),
    tanhConstant: option(z.number().positive().max(100).nullable(), {
      label: 'Tanh constant',
      help: 'Bounds logits to plus or minus this value by tanh; null is off.',
      paper: { v1: null },
      advanced: true,
      initial: () => null,
    }),
    parameterServerShards: option(count.max(1000), {
      label: 'Parameter server shards',
      help: "Shards that hold the controller's parameters (S in the paper).",
      paper: { v1: 20 },
      advanced: true,
      initial: () => 1,
    }),
    replicas: laneOptions.replicas,
    accumulateGradients: option(count.max(1000), {
      label: 'Gradients per update',
      help: 'Gradients that are accumulated before the parameters change.',
      paper: { v1: 1, 'ptb-base8': 10 },
      advanced: true,
      initial: () => 1,
    }),
    mode: laneOptions.mode,
  }),
  diagnostics: {
    'entropy.*': { label: 'Entropy', unit: 'nats', chart: 'Entropy' },
    entropy: { label: 'All decisions', unit: 'nats', chart: 'Entropy' },
    baseline: { label: 'Baseline', unit: null, chart: 'Reward' },
    gradientNorm: { label: 'Gradient norm', unit: null, chart: 'Gradient norm' },
    sampledVersion: { label: 'Sampled by the parameters after', unit: 'updates', chart: null },
    staleness: { label: 'Staleness', unit: 'updates', chart: 'Staleness', summarised: true },
  },
  probabilities: 'Mean probabilities of the policy over the batch',
});
