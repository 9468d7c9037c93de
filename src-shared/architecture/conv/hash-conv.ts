import { canonicalGraphText, type LabelledNode } from './canonical-graph';
import { rulesOf, type ConvArchitecture, type NetworkNode } from './conv-architecture';
import { layersOf, type NetworkLayer } from './layered-network';
import { sha256 } from '../../sha256';

/**
 * Names a network: 32 hexadecimal digits, the first half of the SHA-256 of its canonical text. Two samples that mean the
 * same network have the same name, whatever the numbering of the nodes and the order of the inputs of a concatenation.
 */
export function hashConv(architecture: ConvArchitecture): string {
  return sha256(canonicalConvText(architecture)).slice(0, 32);
}

type Edges = ReadonlyMap<number, number>;

/**
 * A text that is the same for two architectures only when they mean the same network: when they are the same graph of the same
 * layers and learn at the same predicted rate. A pooling of one pixel with stride 1 is no layer, only a concatenation; with
 * a larger stride maximum and average of one pixel are the same.
 *
 * The order of a concatenation is free as long as every channel ends in a layer that learns any order. Where maps are added, or
 * channels are the logits, it is not: in such a network nodes that keep the order of their channels keep that of their inputs in the
 * text.
 */
function canonicalConvText(architecture: ConvArchitecture): string {
  const { layers, classifier } = layersOf(architecture);
  const last = classifier.nodes.at(-1) ?? classifier.nodes[0];
  const ordered =
    rulesOf(last).keepsChannels || architecture.nodes.some((node) => rulesOf(node).merge !== 'concat');
  // Node 0 is the image, the last the classifier; layers that do nothing dissolve into what they concatenate.
  const nodeOf: number[] = [0];
  const nodes: LabelledNode[] = [{ label: 'image', inputs: new Map() }];
  const dissolved = new Map<number, Edges>();
  const edgesFrom = (numbers: readonly number[]): Edges => {
    const edges = new Map<number, number>();
    for (const number of numbers)
      for (const [node, count] of dissolved.get(number) ?? [[nodeOf[number] ?? 0, 1]])
        edges.set(node, (edges.get(node) ?? 0) + count);
    return edges;
  };
  /** Each input through a node of its own that says its place. */
  const orderedEdges = (numbers: readonly number[]): Edges => {
    const ports = numbers.map((number, place) =>
      nodes.push({ label: `input ${place + 1}`, inputs: edgesFrom([number]) }),
    );
    return new Map(ports.map((length) => [length - 1, 1]));
  };
  const keepsOrder = ({ nodes: members, inputs }: NetworkLayer): boolean =>
    ordered && inputs.length > 1 && members.every(hasOrder);
  const inputsOf = (layer: NetworkLayer): Edges =>
    keepsOrder(layer) ? orderedEdges(layer.inputs) : edgesFrom(layer.inputs);
  for (const layer of layers) {
    const inputs = inputsOf(layer);
    if (doesNothing(layer) && !keepsOrder(layer)) dissolved.set(layer.number, inputs);
    else nodeOf[layer.number] = nodes.push({ label: labelOf(layer), inputs }) - 1;
  }
  const label = classifierLabel(classifier);
  nodes.push({ label, inputs: inputsOf(classifier) });
  const { learningRate } = architecture;
  const rate = learningRate === undefined ? 'of the recipe' : String(learningRate);
  return `conv\nlearning rate ${rate}\n${canonicalGraphText(nodes)}`;
}

/** Whether the order of its inputs shows in the order of its channels. */
function hasOrder(node: NetworkNode): boolean {
  const { merge, keepsChannels } = rulesOf(node);
  return merge === 'concat' && keepsChannels;
}

function doesNothing({ nodes: [node] }: NetworkLayer): boolean {
  return (
    (node.kind === 'maxPooling' || node.kind === 'averagePooling') &&
    node.height === 1 &&
    node.width === 1 &&
    node.strideHeight === 1 &&
    node.strideWidth === 1
  );
}

/** A convolution with its normalisation and ReLU has the label of the convolution; one alone is linear. */
function labelOf({ nodes: [node, ...others] }: NetworkLayer): string {
  const label = rulesOf(node).label();
  return node.kind === 'convolution' && others.length === 0 ? `linear ${label}` : label;
}

function classifierLabel({ nodes }: NetworkLayer): string {
  const label = nodes.map((node) => rulesOf(node).label()).join(', ');
  return label === 'global average pooling, dense classes bias' ? 'classifier' : `classifier ${label}`;
}
