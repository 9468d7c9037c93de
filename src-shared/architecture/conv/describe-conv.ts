import { CellsmithError } from '../../errors';
import type { ConvArchitecture, ImageTask, Layer, LayerReference } from './conv-architecture';

/** The size of a feature map: [height, width, channels]. */
export interface FeatureMap {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** What a layer takes, gives and costs. */
interface LayerDescription {
  /** Its reference: from 1. */
  readonly number: number;
  readonly layer: Layer;
  /** The maps of its inputs before padding, in their order. */
  readonly inputs: readonly FeatureMap[];
  /** The inputs, padded and concatenated. */
  readonly input: FeatureMap;
  readonly output: FeatureMap;
  /** Trainable: filters, scale and shift of batch normalisation. The convolution has no bias, since batch normalisation follows. */
  readonly parameters: number;
  /** Means and variances that batch normalisation keeps for evaluation: not trained. */
  readonly movingStatistics: number;
  /** Multiplications, each with an addition, of the convolution for one image; padding counts as data, as usual. */
  readonly multiplyAdds: number;
}

export interface ConvDescription {
  readonly layers: readonly LayerDescription[];
  /** The outputs, padded and concatenated, as they come to the global average pooling. */
  readonly features: FeatureMap;
  /** Of the softmax layer: weights and biases. */
  readonly classifierParameters: number;
  /** Totals, classifier included. */
  readonly parameters: number;
  readonly movingStatistics: number;
  readonly multiplyAdds: number;
  /**
   * Bytes that training keeps of one image for the backward pass, in 32-bit floats: of each convolution its result and its
   * rectified normalisation, of a pooling its result, and each concatenation that a layer takes. Frameworks use somewhat more.
   */
  readonly activationBytes: number;
}

/**
 * Shapes and costs of a network on a task. 'Same' padding: a stride s leaves ⌈size / s⌉.
 * @throws {CellsmithError} 'architecture.invalid' when a layer refers to one that does not come before it
 */
export function describeConv(architecture: ConvArchitecture, task: ImageTask): ConvDescription {
  const image: FeatureMap = { height: task.height, width: task.width, channels: task.channels };
  const layers: LayerDescription[] = [];
  let keptValues = sizeOf(image);
  const mapsOf = (references: readonly LayerReference[], user: string): FeatureMap[] =>
    references.map((reference) => {
      const map = reference === 0 ? image : layers[reference - 1]?.output;
      if (map) return map;
      throw new CellsmithError(
        'architecture.invalid',
        `${user} takes layer ${reference}, which does not come before it.`,
      );
    });

  for (const [index, layer] of architecture.layers.entries()) {
    const user = `Layer ${index + 1}`;
    const inputs = mapsOf(layer.inputs, user);
    const input = concatenation(inputs, user);
    if (inputs.length > 1) keptValues += sizeOf(input);
    const description = { number: index + 1, layer, inputs, ...costOf(layer, input) };
    keptValues += sizeOf(description.output) * (layer.kind === 'convolution' ? 2 : 1);
    layers.push(description);
  }
  const features = concatenation(mapsOf(architecture.outputs, 'The classifier'), 'The classifier');
  const classifierParameters = (features.channels + 1) * task.classes;
  const total = (of: (layer: LayerDescription) => number): number =>
    layers.reduce((sum, layer) => sum + of(layer), 0);
  return {
    layers,
    features,
    classifierParameters,
    parameters: total((layer) => layer.parameters) + classifierParameters,
    movingStatistics: total((layer) => layer.movingStatistics),
    multiplyAdds: total((layer) => layer.multiplyAdds) + features.channels * task.classes,
    activationBytes: 4 * keptValues,
  };
}

/** The map that a concatenation in depth gives: the largest height and width, all channels (paper section 3.3). */
function concatenation(maps: readonly FeatureMap[], user: string): FeatureMap {
  if (maps.length === 0) throw new CellsmithError('architecture.invalid', `${user} has no input.`);
  return {
    height: Math.max(...maps.map((map) => map.height)),
    width: Math.max(...maps.map((map) => map.width)),
    channels: maps.reduce((sum, map) => sum + map.channels, 0),
  };
}

type Cost = Pick<LayerDescription, 'input' | 'output' | 'parameters' | 'movingStatistics' | 'multiplyAdds'>;

function costOf(layer: Layer, input: FeatureMap): Cost {
  const height = Math.ceil(input.height / layer.strideHeight);
  const width = Math.ceil(input.width / layer.strideWidth);
  if (layer.kind !== 'convolution')
    return {
      input,
      output: { height, width, channels: input.channels },
      parameters: 0,
      movingStatistics: 0,
      multiplyAdds: 0,
    };
  const weights = layer.filterHeight * layer.filterWidth * input.channels * layer.filters;
  return {
    input,
    output: { height, width, channels: layer.filters },
    parameters: weights + 2 * layer.filters,
    movingStatistics: 2 * layer.filters,
    multiplyAdds: height * width * weights,
  };
}

function sizeOf(map: FeatureMap): number {
  return map.height * map.width * map.channels;
}
