import { CellsmithError } from '../errors';
import { nearest } from './options/values';
import { valueAt } from './options/values';
import { cellPresets } from './cell-presets';
import { paperController, paperRun, shortController, type Preset } from './paper-presets';
import type { ConvSpaceConfig } from '../tasks/conv/conv-options';
import type { ImageRecipe } from '../tasks/images/image-recipe';
import type { ImageSearchConfig } from './search-config';

/** How the paper trains a child (section 4.1). Batch size, and epsilon and momentum of the normalisation, are not published. */
const paperRecipe: ImageRecipe = {
  kind: 'images',
  side: 32,
  epochs: 50,
  batchSize: 128,
  learningRate: 0.1,
  decay: { kind: 'constant' },
  momentum: 0.9,
  nesterov: true,
  weightDecay: 1e-4,
  batchNormEpsilon: 1e-3,
  batchNormMomentum: 0.9,
  augmentation: { enlarge: 'upsample', enlargedSide: 40, horizontalFlip: true },
  validation: 5000,
  splitSeed: 1,
  rewardEpochs: 5,
  rewardExponent: 3,
  timeLimit: null,
};

/** The space of the first published search: strides of 1, no pooling. */
export const v1Space: ConvSpaceConfig = {
  kind: 'conv',
  filterHeights: [1, 3, 5, 7],
  filterWidths: [1, 3, 5, 7],
  strideHeights: [1],
  strideWidths: [1],
  filters: [24, 36, 48, 64],
  extraFilters: 0,
  layerTypes: ['convolution'],
  skipConnections: true,
  pooling: { kind: 'none' },
  blockSize: 1,
  learningRates: [],
  // 12,800 proposals grow the networks seven times.
  schedule: { initialLayers: 6, growBy: 2, every: 1600, maximumLayers: 20 },
};

const v3Space: ConvSpaceConfig = {
  ...v1Space,
  filters: [6, 12, 24, 36],
  pooling: { kind: 'fixed', afterLayers: [13, 24], size: 2 },
  blockSize: 3,
  schedule: { initialLayers: 13, growBy: 0, every: 1600, maximumLayers: 13 },
};

/** With the controller's own type: presets and tests change its options. */
const paperConfig = (preset: string, name: string, space: ConvSpaceConfig) =>
  ({
    ...paperRun,
    name,
    preset,
    space,
    controller: paperController,
    recipe: paperRecipe,
    budget: { children: 12_800, hours: null, multiplyAdds: null },
  }) satisfies ImageSearchConfig;

const leftOpen =
  'The paper does not say: batch size (128 here), epsilon and momentum of batch normalisation (0.001, 0.9), decay of the ' +
  'baseline (0.95), how a network that is proposed again is rewarded (it keeps its reward). The paper trained 800 children at a time; ' +
  'how many train at a time here is `trainers.count`.';

/** The presets by the name that `--preset` takes. */
export const presets = {
  demo: {
    title: 'Demo',
    summary: 'Small networks on images of 16 × 16, to see a search at work: minutes on any machine.',
    note: 'Made to be quick. Its rewards rank networks roughly, and its best network is only an example.',
    config: {
      ...paperConfig('demo', 'Demo', {
        ...v1Space,
        filterHeights: [1, 3, 5],
        filterWidths: [1, 3, 5],
        filters: [6, 12, 24],
        schedule: { initialLayers: 3, growBy: 1, every: 16, maximumLayers: 4 },
      }),
      controller: { ...shortController, learningRate: 0.035 },
      recipe: {
        ...paperRecipe,
        side: 16,
        epochs: 8,
        batchSize: 32,
        learningRate: 0.05,
        decay: { kind: 'cosine' },
        augmentation: { enlarge: 'upsample', enlargedSide: 20, horizontalFlip: true },
        validation: 0.2,
        rewardEpochs: 2,
        timeLimit: 120,
      },
      // The hours are a second fence for slow machines.
      budget: { children: 32, hours: 0.125, multiplyAdds: null },
      keepBest: 3,
    },
  },
  laptop: {
    title: 'Laptop',
    summary: 'Networks of 4 to 8 layers on images of 16 × 16: a night on a CPU or a small GPU.',
    note: 'Smaller images, fewer filters and epochs than in the paper; retrain the best network at full size.',
    config: {
      ...paperConfig('laptop', 'Laptop', {
        ...v1Space,
        filters: [12, 24, 36],
        schedule: { initialLayers: 4, growBy: 1, every: 80, maximumLayers: 8 },
      }),
      controller: { ...shortController, learningRate: 0.002 },
      recipe: {
        ...paperRecipe,
        side: 16,
        epochs: 4,
        batchSize: 64,
        decay: { kind: 'cosine' },
        augmentation: { enlarge: 'upsample', enlargedSide: 20, horizontalFlip: true },
        rewardEpochs: 2,
        timeLimit: 3600,
      },
      budget: { children: 600, hours: 9, multiplyAdds: null },
      keepBest: 5,
    },
  },
  v1: {
    title: 'v1, no stride or pooling',
    summary:
      'The first published search: 12,800 children of 6 to 20 layers with skip connections, 50 epochs each.',
    note: leftOpen,
    config: paperConfig('v1', 'v1, no stride or pooling', v1Space),
  },
  v2: {
    title: 'v2, predicted strides',
    summary: 'Like v1, and the controller predicts strides of 1 to 3 in height and width.',
    note: leftOpen,
    config: paperConfig('v2', 'v2, predicted strides', {
      ...v1Space,
      strideHeights: [1, 2, 3],
      strideWidths: [1, 2, 3],
    }),
  },
  v3: {
    title: 'v3, max-pooling and blocks',
    summary:
      '39 layers: 13 predicted blocks of 3 layers, max-pooling after layers 13 and 24, 6 to 36 filters.',
    note:
      leftOpen +
      ' Nor does it say how a block of 3 is connected to others: here each of its layers takes the inputs of the block ' +
      'and the earlier layers of it, and a block that another takes as input gives all of its layers.',
    config: paperConfig('v3', 'v3, max-pooling and blocks', v3Space),
  },
  'v3-more-filters': {
    title: 'v3 with 40 more filters',
    summary: 'Like v3, with 40 filters added to every layer.',
    note:
      leftOpen +
      ' The paper added the filters to the network that v3 had found; here every child has them, which takes about five times as long.',
    config: paperConfig('v3-more-filters', 'v3 with 40 more filters', { ...v3Space, extraFilters: 40 }),
  },
  ...cellPresets,
} satisfies Record<string, Preset>;

export type PresetName = keyof typeof presets;
export const presetNames = Object.keys(presets) as readonly PresetName[];

/** @throws {CellsmithError} 'config.invalid' for a name that is none of a preset, with the one that is spelled most like it */
export function findPreset(name: string): Preset {
  const found = presetNames.find((known) => known === name);
  if (found !== undefined) return presets[found];
  const similar = nearest(name, presetNames);
  throw new CellsmithError(
    'config.invalid',
    `There is no preset '${name}'. ${similar === undefined ? '' : `Did you mean ${similar}? `}` +
      `The presets are: ${presetNames.join(', ')}.`,
  );
}

/** The published search on the data of a configuration; 'v1' where it says nothing of them. */
export function publishedFor(config: unknown): 'v1' | 'ptb-base8' {
  const kind = valueAt(config, 'space.kind');
  return kind === presets['ptb-base8'].config.space.kind ? 'ptb-base8' : 'v1';
}
