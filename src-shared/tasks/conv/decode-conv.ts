import type { ConvSpaceConfig } from './conv-options';
import { readConvSteps, type ConvStep } from './conv-space';
import type { Decision } from '../../search-space';
import type { ConvArchitecture } from '../../architecture/conv/conv-architecture';
import { networkOfLayers, type Layer, type LayeredNetwork } from '../../architecture/conv/layered-network';

/**
 * The network that a policy's decisions mean. Every sequence of decisions means a valid one (paper section 3.3):
 * a layer without input takes the image, and what feeds nothing goes to the classifier.
 *
 * Blocks (v3): one predicted step makes `blockSize` layers with the same settings, densely connected: each takes the inputs of
 * the block and every earlier layer of it. A block that another takes as input gives all of its layers. An anchor point
 * of a space with blocks therefore selects blocks. Since each layer of a block sees the block's inputs, strides leave them all of one size.
 *
 * Fixed poolings lie between layer p and layer p + 1: each map, the image among them, that is made before and used
 * after (by a layer or the classifier) is pooled on the way, once for all its users. Were one left out, padding would bring the
 * other inputs back to the size before the pooling. Poolings beyond the last layer are not there.
 *
 * A predicted pooling follows its layer, or each layer of its block on the way out of the block.
 *
 * @param depth predicted steps
 * @throws {CellsmithError} 'architecture.invalid', naming the position, when the decisions are not ones of the space
 */
export function decodeConv(
  config: ConvSpaceConfig,
  depth: number,
  decisions: readonly Decision[],
): ConvArchitecture {
  const { steps, learningRate } = readConvSteps(config, depth, decisions);
  return networkOfLayers({
    kind: 'conv',
    ...assembleConv(config, steps),
    ...(learningRate !== undefined && { learningRate }),
  });
}

/** Lays out the layers of the steps, with the poolings that the configuration puts between them. */
function assembleConv(
  config: ConvSpaceConfig,
  steps: readonly ConvStep[],
): Pick<LayeredNetwork, 'layers' | 'outputs'> {
  const { blockSize } = config;
  const classifier = steps.length * blockSize + 1;
  const layers: Layer[] = [];
  const append = (layer: Layer): number => layers.push(layer);
  // Position 0 is the image, n the n-th layer of the steps; poolings between them have references, but no position.
  const references: number[] = [0];
  const pooled = new Map<number, number>();
  const unused = new Set<number>();

  /** The map made at position `from` as it arrives at position `to`. */
  const carry = (from: number, to: number): number => {
    unused.delete(from);
    let reference = references[from] ?? 0;
    for (const size of poolingsBetween(config, steps, from, to)) {
      const source = reference;
      // The poolings behind a map come in one order, so the map that is pooled says which one this is.
      reference = pooled.get(source) ?? append(maxPooling(size, source));
      pooled.set(source, reference);
    }
    return reference;
  };

  for (const [index, step] of steps.entries()) {
    const first = index * blockSize + 1;
    const outside = step.sources.flatMap((source) => blockPositions(source, blockSize));
    for (let position = first; position < first + blockSize; position++) {
      const inside = Array.from({ length: position - first }, (_, earlier) => first + earlier);
      const sources = [...(outside.length > 0 ? outside : [0]), ...inside];
      const inputs = sources.map((source) => carry(source, position));
      references[position] = append(layerOf(config, step, inputs));
      unused.add(position);
    }
  }
  const outputs = [...unused].map((position) => carry(position, classifier));
  return { layers, outputs };
}

function blockPositions(step: number, blockSize: number): number[] {
  return Array.from({ length: blockSize }, (_, layer) => (step - 1) * blockSize + 1 + layer);
}

/** Sizes of the poolings that a map passes between two positions, in order. */
function poolingsBetween(
  config: ConvSpaceConfig,
  steps: readonly ConvStep[],
  from: number,
  to: number,
): number[] {
  const { pooling, blockSize } = config;
  if (pooling.kind === 'none') return [];
  if (pooling.kind === 'fixed')
    return pooling.afterLayers.filter((after) => from <= after && after < to).map(() => pooling.size);
  const step = Math.ceil(from / blockSize);
  const size = Number(steps[step - 1]?.choices.poolingSize ?? 1);
  return size > 1 && Math.ceil(to / blockSize) !== step ? [size] : [];
}

function layerOf(config: ConvSpaceConfig, step: ConvStep, inputs: readonly number[]): Layer {
  const { choices } = step;
  const strides = {
    strideHeight: Number(choices.strideHeight),
    strideWidth: Number(choices.strideWidth),
  };
  if (choices.layerType === 'convolution')
    return {
      kind: 'convolution',
      filterHeight: Number(choices.filterHeight),
      filterWidth: Number(choices.filterWidth),
      ...strides,
      filters: Number(choices.filters) + config.extraFilters,
      inputs,
    };
  return {
    kind: choices.layerType === 'maxPooling' ? 'maxPooling' : 'averagePooling',
    height: Number(choices.filterHeight),
    width: Number(choices.filterWidth),
    ...strides,
    inputs,
  };
}

function maxPooling(size: number, input: number): Layer {
  return {
    kind: 'maxPooling',
    height: size,
    width: size,
    strideHeight: size,
    strideWidth: size,
    inputs: [input],
  };
}
