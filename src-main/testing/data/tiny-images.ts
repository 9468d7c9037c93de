import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { networkOfLayers, type LayeredNetwork } from '../../../src-shared/architecture/conv/layered-network';
import type { ImageRecipe } from '../../../src-shared/tasks/images/image-recipe';
import { Generator } from '../../../src-shared/random';
import type { TrainingData } from '../../datasets/images/load-training-data';

/** The classes, as functions added to the noise of a pixel. */
const patterns: readonly (readonly [name: string, bright: (row: number, column: number) => boolean])[] = [
  ['rows', (row) => row % 2 === 0],
  ['columns', (_row, column) => column % 2 === 0],
  ['chequers', (row, column) => (row + column) % 2 === 0],
  ['plain', () => true],
];

/**
 * Images of four classes that a small network learns in a few epochs: noise with a pattern of the class in it.
 * @returns images [count, side, side, channels], labels [count]
 */
export function tinyBytes({
  count,
  side,
  channels,
  seed,
}: {
  readonly count: number;
  readonly side: number;
  readonly channels: number;
  readonly seed: number;
}): { readonly images: Uint8Array; readonly labels: Int32Array } {
  const generator = Generator.seeded(seed);
  const labels = Int32Array.from({ length: count }, (_, image) => image % patterns.length);
  const images = Uint8Array.from({ length: count * side * side * channels }, (_, i) => {
    const place = Math.floor(i / channels);
    const [row, column] = [Math.floor(place / side) % side, place % side];
    const label = labels[Math.floor(place / (side * side))] ?? 0;
    const bright = patterns[label]?.[1](row, column) ?? false;
    return generator.integer(120) + (bright ? 100 : 0);
  });
  return { images, labels };
}

/** Tiny images as the decoded training part of a data set. Those of validation come last. */
export function tinyImages(
  folder: string,
  options: {
    readonly train?: number;
    readonly validation?: number;
    readonly side?: number;
    readonly seed?: number;
  } = {},
): TrainingData {
  const { train = 96, validation = 30, side = 8, seed = 1 } = options;
  const count = train + validation;
  const { images, labels } = tinyBytes({ count, side, channels: 3, seed });
  mkdirSync(folder, { recursive: true });
  const [imagesFile, labelsFile] = [join(folder, 'images-train.bin'), join(folder, 'labels-train.bin')];
  writeFileSync(imagesFile, images);
  writeFileSync(labelsFile, labels);
  return {
    imagesFile,
    labelsFile,
    count,
    side,
    channels: 3,
    classes: patterns.map(([name]) => name),
    trainIndices: Int32Array.from({ length: train }, (_, i) => i),
    validationIndices: Int32Array.from({ length: validation }, (_, i) => train + i),
    ...whiteningOf(images.subarray(0, train * side * side * 3)),
    fingerprint: 'tiny',
  };
}

function whiteningOf(bytes: Uint8Array): Pick<TrainingData, 'mean' | 'std'> {
  const channel = (which: number): { mean: number; std: number } => {
    const values = bytes.filter((_, i) => i % 3 === which);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    return { mean, std: Math.sqrt(variance) };
  };
  const [red, green, blue] = [channel(0), channel(1), channel(2)];
  return { mean: [red.mean, green.mean, blue.mean], std: [red.std, green.std, blue.std] };
}

/** Two strided convolutions, a skip connection past them, and every other feature of a child. */
const tinyLayers: LayeredNetwork = {
  kind: 'conv',
  layers: [
    {
      kind: 'convolution',
      filterHeight: 3,
      filterWidth: 3,
      strideHeight: 1,
      strideWidth: 1,
      filters: 6,
      inputs: [0],
    },
    {
      kind: 'convolution',
      filterHeight: 3,
      filterWidth: 1,
      strideHeight: 2,
      strideWidth: 2,
      filters: 5,
      inputs: [1],
    },
    { kind: 'maxPooling', height: 2, width: 2, strideHeight: 2, strideWidth: 2, inputs: [1] },
    {
      kind: 'convolution',
      filterHeight: 1,
      filterWidth: 3,
      strideHeight: 1,
      strideWidth: 1,
      filters: 4,
      inputs: [0, 2, 3],
    },
    { kind: 'averagePooling', height: 3, width: 3, strideHeight: 2, strideWidth: 2, inputs: [4] },
  ],
  outputs: [2, 4, 5],
};

export const tinyArchitecture = networkOfLayers(tinyLayers);

/** A recipe for it: all features on, few epochs. */
export const tinyRecipe: ImageRecipe = {
  kind: 'images',
  side: 8,
  epochs: 3,
  batchSize: 16,
  learningRate: 0.1,
  decay: { kind: 'cosine' },
  momentum: 0.9,
  nesterov: true,
  weightDecay: 1e-4,
  batchNormEpsilon: 1e-5,
  batchNormMomentum: 0.9,
  augmentation: { enlarge: 'pad', enlargedSide: 10, horizontalFlip: false },
  validation: 30,
  splitSeed: 0,
  rewardEpochs: 2,
  rewardExponent: 3,
  timeLimit: null,
};
