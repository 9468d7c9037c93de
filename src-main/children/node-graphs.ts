import type { NodesByKind, PerKind } from '../../src-shared/architecture/conv/conv-architecture';
import { isPaddedAsSame } from '../../src-shared/architecture/conv/kinds/convolution';
import type { FeatureMap } from '../../src-shared/architecture/conv/kinds/node-kind';
import type { Graph, Tensor } from '../engine/graph';
import {
  batchNormalization,
  convolution,
  dense,
  dropoutLayer,
  heNormal,
  type Layer,
  type Pass,
} from '../engine/layers';
import { relu } from '../engine/ops/activation';
import { addN, scale } from '../engine/ops/arithmetic';
import { reshape } from '../engine/ops/broadcast';
import { concat, pad } from '../engine/ops/layout';
import { avgPool, maxPool } from '../engine/ops/pooling';
import { mean } from '../engine/ops/reduction';

/** The options of batch normalisation, the same in all nodes. */
export interface BatchNormOptions {
  readonly momentum: number;
  readonly epsilon: number;
}

/** Where a node is built. */
export interface NodePlace {
  readonly graph: Graph;
  /** Its variables are `name/kernel` and so on. */
  readonly name: string;
  /** All inputs, merged. */
  readonly input: FeatureMap;
  readonly output: FeatureMap;
  readonly normalization: BatchNormOptions;
}

/**
 * A node with its variables, from its inputs to its output, each [batch, height, width, channels]; what is 1×1 may be
 * [batch, channels].
 */
export type NodeGraph = (inputs: readonly Tensor[], pass: Pass) => Tensor;

/** Makes the variables and the training graph of a node. All weights start after He et al. (2015). */
export const nodeGraphs: PerKind<[place: NodePlace], NodeGraph> = {
  convolution(node, { graph, name, input }) {
    const { filterHeight, filterWidth, filters, strideHeight, strideWidth, bias } = node;
    const asSame = isPaddedAsSame(node);
    const convolve = convolution(graph, name, [filterHeight, filterWidth, input.channels, filters], {
      strides: [strideHeight, strideWidth],
      padding: asSame ? 'SAME' : 'VALID',
      bias,
    });
    const [rows, columns] = asSame ? [0, 0] : [(filterHeight - 1) / 2, (filterWidth - 1) / 2];
    return ofConcatenation((x, pass) =>
      convolve(
        pad(x, [
          [0, 0],
          [rows, rows],
          [columns, columns],
          [0, 0],
        ]),
        pass,
      ),
    );
  },
  batchNormalisation: (_node, { graph, name, input, normalization }) =>
    ofConcatenation(batchNormalization(graph, name, input.channels, normalization)),
  relu: () => ofConcatenation(relu),
  maxPooling: (node) => ofConcatenation((x) => maxPool(x, windowOf(node))),
  averagePooling: (node) => ofConcatenation((x) => avgPool(x, windowOf(node))),
  globalAveragePooling:
    (_node, { input }) =>
    (maps) =>
      meanOfConcatenation(maps, input),
  dense({ bias }, { graph, name, input, output }) {
    const size = input.height * input.width * input.channels;
    const layer = dense(graph, name, [size, output.channels], { initial: heNormal, bias });
    return ([first, ...others], pass) => {
      const x = first && others.length === 0 ? first : depthConcatenation(first ? [first, ...others] : []);
      return layer(reshape(x, [x.shape[0] ?? 1, size]), pass);
    };
  },
  dropout: ({ rate }) => ofConcatenation(dropoutLayer(rate)),
  padChannels: ({ channels }, { input }) =>
    ofConcatenation((x) =>
      pad(x, [
        [0, 0],
        [0, 0],
        [0, 0],
        [0, channels - input.channels],
      ]),
    ),
  add: () => (maps) => addN(maps.map(asMap)),
};

function ofConcatenation(layer: Layer): NodeGraph {
  return (maps, pass) => layer(depthConcatenation(maps), pass);
}

function windowOf(node: NodesByKind['maxPooling' | 'averagePooling']) {
  return {
    size: [node.height, node.width],
    strides: [node.strideHeight, node.strideWidth],
    padding: 'SAME',
  } as const;
}

function asMap(x: Tensor): Tensor {
  const [batch = 1, channels = 1] = x.shape;
  return x.shape.length === 2 ? reshape(x, [batch, 1, 1, channels]) : x;
}

/** Smaller maps get zeros at the bottom and right; then the channels follow one another. */
function depthConcatenation(inputs: readonly Tensor[]): Tensor {
  const maps = inputs.map(asMap);
  const height = Math.max(...maps.map(({ shape }) => shape[1] ?? 0));
  const width = Math.max(...maps.map(({ shape }) => shape[2] ?? 0));
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
function meanOfConcatenation(inputs: readonly Tensor[], { height, width }: FeatureMap): Tensor {
  const features = inputs.map(asMap).map((map) => {
    const [, h = 0, w = 0] = map.shape;
    const average = mean(map, { axes: [1, 2] });
    return h * w === height * width ? average : scale(average, (h * w) / (height * width));
  });
  return concat(features, 1);
}
