import { CellsmithError } from '../../src-shared/errors';
import type {
  ConvArchitecture,
  ConvolutionLayer,
  ImageTask,
  LayerReference,
  Layer as ArchitectureLayer,
} from '../../src-shared/architecture/conv/conv-architecture';
import { describeConv } from '../../src-shared/architecture/conv/describe-conv';
import type { Graph, Tensor } from '../engine/graph';
import { batchNormalization, convolution, dense, heNormal, type Layer } from '../engine/layers';
import { relu } from '../engine/ops/activation';
import { scale } from '../engine/ops/arithmetic';
import { concat, pad } from '../engine/ops/layout';
import { avgPool, maxPool } from '../engine/ops/pooling';
import { mean } from '../engine/ops/reduction';

/** The options of batch normalisation, the same in all layers. */
export interface BatchNormOptions {
  readonly momentum: number;
  readonly epsilon: number;
}

/**
 * A network of the convolutional space as a layer of the engine, from an image [batch, height, width, channels] to logits
 * [batch, classes]: convolution → batch normalisation → ReLU, poolings, concatenations in depth, global average pooling and a
 * softmax layer (paper sections 3.2, 3.3). All weights start after He et al. (2015).
 *
 * Variables: `layerN/kernel` and `layerN/gamma`, `/beta`, `/moving_mean`, `/moving_variance` for each convolution, N being the
 * layer's reference; `classifier/kernel`, `classifier/bias`.
 *
 * @throws architecture.invalid when a layer refers to one that does not come before it
 */
export function convNetwork(
  graph: Graph,
  architecture: ConvArchitecture,
  task: ImageTask,
  normalization: BatchNormOptions,
): Layer {
  const description = describeConv(architecture, task);
  const layers = description.layers.map(({ number, layer, input }) =>
    layer.kind === 'convolution'
      ? normalizedConvolution(graph, `layer${number}`, layer, input.channels, normalization)
      : pooling(layer),
  );
  const classifier = dense(graph, 'classifier', [description.features.channels, task.classes], {
    initial: heNormal,
  });
  return (image, pass) => {
    const maps: Tensor[] = [image];
    for (const [index, layer] of layers.entries()) {
      const inputs = architecture.layers[index]?.inputs ?? [];
      maps.push(layer(depthConcatenation(mapsOf(maps, inputs)), pass));
    }
    return classifier(pooledFeatures(mapsOf(maps, architecture.outputs)), pass);
  };
}

function mapsOf(maps: readonly Tensor[], references: readonly LayerReference[]): readonly Tensor[] {
  return references.map((reference) => {
    const map = maps[reference];
    if (map !== undefined) return map;
    throw new CellsmithError('architecture.invalid', `Layer ${reference} is used before it is there.`);
  });
}

function normalizedConvolution(
  graph: Graph,
  name: string,
  layer: ConvolutionLayer,
  channels: number,
  normalization: BatchNormOptions,
): Layer {
  const { filterHeight, filterWidth, filters, strideHeight, strideWidth } = layer;
  const convolve = convolution(graph, name, [filterHeight, filterWidth, channels, filters], {
    strides: [strideHeight, strideWidth],
    padding: 'SAME',
  });
  const normalize = batchNormalization(graph, name, filters, normalization);
  return (x, pass) => relu(normalize(convolve(x, pass), pass));
}

function pooling(layer: Exclude<ArchitectureLayer, ConvolutionLayer>): Layer {
  const pool = layer.kind === 'maxPooling' ? maxPool : avgPool;
  return (x) =>
    pool(x, {
      size: [layer.height, layer.width],
      strides: [layer.strideHeight, layer.strideWidth],
      padding: 'SAME',
    });
}

/** Smaller maps get zeros at the bottom and right; then the channels stand one after the other. */
function depthConcatenation(maps: readonly Tensor[]): Tensor {
  const [height, width] = largestSize(maps);
  const padded = maps.map((map) => {
    const [, h = 0, w = 0] = map.shape;
    return pad(map, [
      [0, 0],
      [0, height - h],
      [0, width - w],
      [0, 0],
    ]);
  });
  return concat(padded, 3);
}

/**
 * Global average pooling of the depth concatenation. Each map is averaged alone and scaled by the share of the common size
 * that it covers: the same numbers without the memory of the concatenation, since its padding adds nothing but area.
 * @returns [batch, channels]
 */
function pooledFeatures(maps: readonly Tensor[]): Tensor {
  const [height, width] = largestSize(maps);
  const features = maps.map((map) => {
    const [, h = 0, w = 0] = map.shape;
    const average = mean(map, { axes: [1, 2] });
    return h * w === height * width ? average : scale(average, (h * w) / (height * width));
  });
  return concat(features, 1);
}

function largestSize(maps: readonly Tensor[]): readonly [height: number, width: number] {
  return [
    Math.max(...maps.map(({ shape }) => shape[1] ?? 0)),
    Math.max(...maps.map(({ shape }) => shape[2] ?? 0)),
  ];
}
