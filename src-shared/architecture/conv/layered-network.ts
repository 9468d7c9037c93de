import { z } from 'zod';
import { CellsmithError } from '../../errors';
import { convArchitectureSchema, type ConvArchitecture, type NetworkNode } from './conv-architecture';
import { channelsSchema, inputsSchema, sideSchema } from './kinds/node-kind';
import { layersOf, type NetworkLayer } from './layers-of';

/** Layers of a layered network at most: three nodes each are within the limit of a graph. */
const mostLayers = 4096;

const strides = { strideHeight: sideSchema, strideWidth: sideSchema };

const layerSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('convolution'),
    filterHeight: sideSchema,
    filterWidth: sideSchema,
    ...strides,
    filters: channelsSchema,
    inputs: inputsSchema,
  }),
  z.strictObject({
    kind: z.enum(['maxPooling', 'averagePooling']),
    height: sideSchema,
    width: sideSchema,
    ...strides,
    inputs: inputsSchema,
  }),
]);
/** Convolution → batch normalisation → ReLU, or a pooling; 'same' padding. */
export type Layer = z.infer<typeof layerSchema>;

const layeredNetworkSchema = z
  .strictObject({
    kind: z.literal('conv'),
    layers: z.array(layerSchema).min(1).max(mostLayers).readonly(),
    outputs: inputsSchema,
    learningRate: z.number().positive().exactOptional(),
  })
  .superRefine(({ layers, outputs }, context) => {
    for (const [index, { inputs }] of layers.entries())
      for (const [place, input] of inputs.entries())
        if (input > index)
          context.addIssue({
            code: 'custom',
            path: ['layers', index, 'inputs', place],
            message: `must be 0 (the image) or a layer before layer ${index + 1}`,
          });
    for (const [place, output] of outputs.entries())
      if (output > layers.length)
        context.addIssue({
          code: 'custom',
          path: ['outputs', place],
          message: `must be a layer, of which there are ${layers.length}`,
        });
  });

/**
 * A network of the convolutional space (paper sections 3.2, 3.3) as its layers; in version 1 of architecture files networks are so.
 * Layer 0 is the image, layer n is `layers[n - 1]`, and a layer refers to earlier ones alone. Inputs of a layer are padded with zeros
 * at the bottom and right to the largest height and width and concatenated in depth. `outputs` are the layers that feed nothing;
 * concatenated in the same way they go through global average pooling to the softmax.
 */
export type LayeredNetwork = z.infer<typeof layeredNetworkSchema>;

/** Reads a network of layers as a graph. */
export const networkOfLayersSchema = layeredNetworkSchema.transform(networkOfLayers);

/** A network in what trainings and jobs of this release and those before have stored. */
export const storedNetworkSchema = z.union([convArchitectureSchema, networkOfLayersSchema]);

/** The graph of a network of layers. */
export function networkOfLayers({ layers, outputs, learningRate }: LayeredNetwork): ConvArchitecture {
  const nodes: NetworkNode[] = [];
  const references = [0];
  const nodesOf = (numbers: readonly number[]): number[] => numbers.map((number) => references[number] ?? 0);
  for (const layer of layers) {
    const inputs = nodesOf(layer.inputs);
    if (layer.kind !== 'convolution') references.push(nodes.push({ ...layer, inputs }));
    else {
      const convolution = nodes.push({ ...layer, padding: 'same', bias: false, inputs });
      const normalisation = nodes.push({ kind: 'batchNormalisation', inputs: [convolution] });
      references.push(nodes.push({ kind: 'relu', inputs: [normalisation] }));
    }
  }
  const features = nodes.push({ kind: 'globalAveragePooling', inputs: nodesOf(outputs) });
  nodes.push({ kind: 'dense', units: 'classes', bias: true, inputs: [features] });
  return { kind: 'conv', nodes, ...(learningRate !== undefined && { learningRate }) };
}

/**
 * The layers of a graph, where they are those of the convolutional space.
 * @throws {CellsmithError} 'architecture.invalid' for a graph with other nodes
 */
export function layeredNetworkOf(network: ConvArchitecture): LayeredNetwork {
  const { layers, classifier } = layersOf(network);
  const [pooling, dense] = classifier.nodes;
  const { learningRate } = network;
  if (pooling.kind !== 'globalAveragePooling' || dense?.kind !== 'dense' || !dense.bias) throw foreign();
  return {
    kind: 'conv',
    layers: layers.map(layerOf),
    outputs: classifier.inputs,
    ...(learningRate !== undefined && { learningRate }),
  };
}

function layerOf({ nodes: [node, ...others], inputs }: NetworkLayer): Layer {
  if (node.kind === 'maxPooling' || node.kind === 'averagePooling') return { ...node, inputs };
  if (node.kind !== 'convolution' || others.length === 0 || node.bias || node.padding !== 'same')
    throw foreign();
  const { kind, filterHeight, filterWidth, strideHeight, strideWidth, filters } = node;
  return { kind, filterHeight, filterWidth, strideHeight, strideWidth, filters, inputs };
}

function foreign(): CellsmithError {
  return new CellsmithError(
    'architecture.invalid',
    'The network has nodes that are none of the convolutional space.',
  );
}
