import {
  byKind,
  type ConvArchitecture,
  type ImageTask,
  type NodeReference,
} from '../../src-shared/architecture/conv/conv-architecture';
import { describeConv } from '../../src-shared/architecture/conv/describe-conv';
import { layersOf } from '../../src-shared/architecture/conv/layers-of';
import { CellsmithError } from '../../src-shared/errors';
import type { Graph, Tensor } from '../engine/graph';
import type { Layer } from '../engine/layers';
import { reshape } from '../engine/ops/broadcast';
import { nodeGraphs, type BatchNormOptions, type NodePlace } from './node-graphs';

/**
 * A network as a layer of the engine, from an image [batch, height, width, channels] to logits [batch, classes].
 *
 * Variables: `layerN/kernel` and so on, N being the number of the layer that a node reads as (`layersOf`): a convolution
 * with its normalisation and ReLU has `layerN/kernel`, `/gamma`, `/beta`, `/moving_mean`, `/moving_variance`; `classifier/kernel`,
 * `classifier/bias`.
 *
 * @throws architecture.invalid when shapes do not suit each other, or a node refers to one that does not come before it
 */
export function convNetwork(
  graph: Graph,
  architecture: ConvArchitecture,
  task: ImageTask,
  normalization: BatchNormOptions,
): Layer {
  const names = namesOfNodes(architecture);
  const nodes = describeConv(architecture, task).nodes.map(({ node, input, output }, index) => {
    const place: NodePlace = { graph, name: names[index] ?? '', input, output, normalization };
    return { inputs: node.inputs, apply: byKind(nodeGraphs, node, place) };
  });
  return (image, pass) => {
    const outputs: Tensor[] = [image];
    let logits = image;
    for (const { inputs, apply } of nodes) {
      logits = apply(
        inputs.map((reference) => outputs[reference] ?? missing(reference)),
        pass,
      );
      outputs.push(logits);
    }
    return reshape(logits, [image.shape[0] ?? 1, task.classes]);
  };
}

/** Of each node: what its variables are called, before the `/`. */
export function namesOfNodes(architecture: ConvArchitecture): readonly string[] {
  const { layers, classifier } = layersOf(architecture);
  const names: string[] = [];
  for (const layer of [...layers, classifier])
    for (const reference of layer.references)
      names[reference - 1] = layer === classifier ? 'classifier' : `layer${layer.number}`;
  return names;
}

function missing(reference: NodeReference): never {
  throw new CellsmithError('architecture.invalid', `Node ${reference} is used before it is there.`);
}
