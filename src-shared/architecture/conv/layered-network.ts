import { z } from 'zod';
import { CellsmithError } from '../../errors';
import {
  convArchitectureSchema,
  type ConvArchitecture,
  type NetworkNode,
  type NodeReference,
} from './conv-architecture';
import { channelsSchema, inputsSchema, sideSchema } from './kinds/node-kind';

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

/**
 * What reads as one layer of a network: convolution → batch normalisation → ReLU where nothing else takes what the first two give,
 * or a node alone.
 */
export interface NetworkLayer {
  /** From 1; the image is 0. The classifier follows the last layer. */
  readonly number: number;
  readonly nodes: readonly [NetworkNode, ...NetworkNode[]];
  /** Of its nodes. */
  readonly references: readonly NodeReference[];
  /** Numbers of the layers that it takes. */
  readonly inputs: readonly number[];
}

interface NetworkLayers {
  readonly layers: readonly NetworkLayer[];
  /** The last node, with the global average pooling before it when nothing else takes that. */
  readonly classifier: NetworkLayer;
}

/** Reads a network by its layers, in the order of their first nodes. */
export function layersOf({ nodes }: ConvArchitecture): NetworkLayers {
  const users: NodeReference[][] = Array.from({ length: nodes.length + 1 }, () => []);
  for (const [index, { inputs }] of nodes.entries())
    for (const input of inputs) users[input]?.push(index + 1);
  /** The node after, when it is the only one that takes the node, takes nothing else and is of the kind. */
  const next = (reference: NodeReference, kind: NetworkNode['kind']): NodeReference | undefined => {
    const [user, ...others] = users[reference] ?? [];
    const node = user === undefined ? undefined : nodes[user - 1];
    return others.length === 0 && node?.kind === kind && node.inputs.length === 1 ? user : undefined;
  };

  const layers: NetworkLayer[] = [];
  // Of the image and each node: the number of its layer.
  const numbers: number[] = [0];
  for (const [index, node] of nodes.entries()) {
    const first = index + 1;
    if (numbers[first] !== undefined) continue;
    const references = [first];
    if (node.kind === 'convolution') {
      const normalisation = next(first, 'batchNormalisation');
      const relu = normalisation === undefined ? undefined : next(normalisation, 'relu');
      if (normalisation !== undefined && relu !== undefined && relu < nodes.length)
        references.push(normalisation, relu);
    } else if (node.kind === 'globalAveragePooling' && first === nodes.length - 1) {
      const last = next(first, 'dense');
      if (last !== undefined) references.push(last);
    }
    const number = layers.length + 1;
    for (const reference of references) numbers[reference] = number;
    const members = references.slice(1).flatMap((reference) => nodes[reference - 1] ?? []);
    const inputs = node.inputs.map((input) => numbers[input] ?? 0);
    layers.push({ number, nodes: [node, ...members], references, inputs });
  }
  const classifier = layers.pop();
  if (classifier === undefined) throw new RangeError('a network has a node');
  return { layers, classifier };
}
