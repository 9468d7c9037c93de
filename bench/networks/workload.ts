import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ImageTask } from '../../src-shared/architecture/conv/conv-architecture';
import type { LayeredNetwork } from '../../src-shared/architecture/conv/layered-network';
import { Generator } from '../../src-shared/random';
import type { ConvBenchChild } from './children';
import { inputChannels } from './operations';
import { readWeights, writeWeights, type InitialWeight } from './weights';

/** The numbers of the training recipe that a step needs (paper section 4.1). */
export interface StepRecipe {
  readonly learningRate: number;
  readonly momentum: number;
  readonly nesterov: boolean;
  readonly weightDecay: number;
  readonly batchNormEpsilon: number;
  readonly batchNormMomentum: number;
}

const paperRecipe: StepRecipe = {
  learningRate: 0.1,
  momentum: 0.9,
  nesterov: true,
  weightDecay: 1e-4,
  batchNormEpsilon: 1e-3,
  batchNormMomentum: 0.9,
};

/** What is written to the folder that every contestant gets; bench/contestants/peers/workload.py says what lies in it. */
export interface Workload {
  readonly architecture: LayeredNetwork;
  readonly task: ImageTask;
  readonly batch: number;
  readonly recipe: StepRecipe;
  /** Of red, green and blue, in the bytes' own units. */
  readonly mean: readonly [number, number, number];
  readonly deviation: readonly [number, number, number];
  readonly count: number;
  readonly images: Uint8Array;
  readonly labels: Int32Array;
  /**
   * `layer<n>/kernel` [height, width, in, out] by number of the layer from 1, `classifier/kernel` [in, classes], `classifier/bias`.
   * Scales of batch normalisation start at 1, offsets at 0, everywhere.
   */
  readonly weights: readonly InitialWeight[];
}

/** The same workload for everybody: images, labels and He-initialised weights drawn from seeds. */
export function makeWorkload(child: ConvBenchChild, task: ImageTask, count: number): Workload {
  const labels = new Int32Array(count);
  const images = drawImages(task, labels);
  return {
    architecture: child.architecture,
    task,
    batch: child.batch,
    recipe: paperRecipe,
    ...moments(images),
    count,
    images,
    labels,
    weights: initialWeights(child.architecture, task),
  };
}

/** Writes the folder of a workload. */
export function writeWorkload(folder: string, workload: Workload): void {
  const { images, labels, weights, ...description } = workload;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'images.bin'), images);
  writeFileSync(join(folder, 'labels.bin'), new Uint8Array(labels.buffer));
  const listed = writeWeights(folder, weights);
  writeFileSync(join(folder, 'workload.json'), JSON.stringify({ ...description, weights: listed }));
}

/** Reads a folder that `writeWorkload` wrote. */
export function readWorkload(folder: string): Workload {
  const described = JSON.parse(readFileSync(join(folder, 'workload.json'), 'utf8')) as Omit<
    Workload,
    'images' | 'labels'
  >;
  const bytes = (file: string): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(join(folder, file)));
  return {
    ...described,
    images: bytes('images.bin'),
    labels: new Int32Array(bytes('labels.bin').buffer),
    weights: readWeights(folder, described.weights),
  };
}

/** Waves whose direction and length tell the class, under noise: training goes down on them as it does on real images. */
function drawImages(task: ImageTask, labels: Int32Array): Uint8Array {
  const generator = Generator.seeded(1, 'bench/images');
  const { height, width, channels, classes } = task;
  const images = new Uint8Array(labels.length * height * width * channels);
  let position = 0;
  for (let i = 0; i < labels.length; i++) {
    const label = generator.integer(classes);
    labels[i] = label;
    const angle = (Math.PI * label) / classes;
    const phase = 2 * Math.PI * generator.uniform();
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const wave = Math.sin(0.6 * (x * Math.cos(angle) + y * Math.sin(angle)) + phase);
        for (let c = 0; c < channels; c++)
          images[position++] = Math.max(
            0,
            Math.min(255, 120 + 15 * c + 45 * wave + 80 * (generator.uniform() - 0.5)),
          );
      }
  }
  return images;
}

function moments(images: Uint8Array): Pick<Workload, 'mean' | 'deviation'> {
  const ofChannel = (channel: number): [number, number] => {
    let [sum, squares, pixels] = [0, 0, 0];
    for (let i = channel; i < images.length; i += 3) {
      const value = images[i] ?? 0;
      sum += value;
      squares += value * value;
      pixels += 1;
    }
    const mean = sum / pixels;
    return [mean, Math.sqrt(squares / pixels - mean * mean)];
  };
  const [red, green, blue] = [ofChannel(0), ofChannel(1), ofChannel(2)];
  return { mean: [red[0], green[0], blue[0]], deviation: [red[1], green[1], blue[1]] };
}

/** He's normal deviates for convolutions, smaller ones for the classifier so that the first loss is near ln(classes). */
function initialWeights(architecture: LayeredNetwork, task: ImageTask): InitialWeight[] {
  const generator = Generator.seeded(1, 'bench/weights');
  const normal = (name: string, shape: readonly number[], deviation: number): InitialWeight => {
    const size = shape.reduce((product, dimension) => product * dimension, 1);
    return { name, shape, values: Float32Array.from({ length: size }, () => deviation * generator.normal()) };
  };
  const channels = inputChannels(architecture, task);
  const weights: InitialWeight[] = [];
  for (const [index, layer] of architecture.layers.entries()) {
    if (layer.kind !== 'convolution') continue;
    const shape = [layer.filterHeight, layer.filterWidth, channels.layers[index] ?? 0, layer.filters];
    const fanIn = layer.filterHeight * layer.filterWidth * (channels.layers[index] ?? 0);
    weights.push(normal(`layer${index + 1}/kernel`, shape, Math.sqrt(2 / fanIn)));
  }
  weights.push(
    normal('classifier/kernel', [channels.classifier, task.classes], Math.sqrt(1 / channels.classifier)),
  );
  weights.push({ name: 'classifier/bias', shape: [task.classes], values: new Float32Array(task.classes) });
  return weights;
}
