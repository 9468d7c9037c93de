import { CellsmithError } from '../../errors';
import {
  rulesOf,
  type BoundRules,
  type ConvArchitecture,
  type ImageTask,
  type NetworkNode,
} from './conv-architecture';
import type { FeatureMap, NodeCost } from './kinds/node-kind';
import { layersOf, type NetworkLayer } from './layered-network';

/** What a node or layer takes, gives and costs. */
interface Description extends NodeCost {
  /** The maps of its inputs before they are merged, in their order. */
  readonly inputs: readonly FeatureMap[];
  /** The inputs, merged. */
  readonly input: FeatureMap;
}

export interface NodeDescription extends Description {
  readonly node: NetworkNode;
}

export interface LayerDescription extends Description {
  readonly layer: NetworkLayer;
}

export interface ConvDescription {
  readonly nodes: readonly NodeDescription[];
  readonly layers: readonly LayerDescription[];
  readonly classifier: LayerDescription;
  /** Totals, classifier included. */
  readonly parameters: number;
  readonly movingStatistics: number;
  readonly multiplyAdds: number;
  /**
   * Bytes that training keeps of one image for the backward pass, in 32-bit floats: the results of the nodes before the classifier
   * (but of a batch normalisation that a ReLU rectifies), and each concatenation that one of them takes. Frameworks use
   * somewhat more.
   */
  readonly activationBytes: number;
}

/**
 * Shapes and costs of a network on a task.
 * @throws {CellsmithError} 'architecture.invalid' when a node refers to one that does not come before it, when the shapes of its inputs
 *   do not suit it, or when the last node does not give a logit for each class
 */
export function describeConv(architecture: ConvArchitecture, task: ImageTask): ConvDescription {
  const nodes = describeNodes(architecture, task);
  const described = layersOf(architecture);
  const layers = described.layers.map((layer) => ({ layer, ...sumOf(layer, nodes) }));
  const classifier = { layer: described.classifier, ...sumOf(described.classifier, nodes) };
  const { height, width, channels } = classifier.output;
  if (height !== 1 || width !== 1 || channels !== task.classes)
    throw invalid(
      `The last node gives ${height}×${width}×${channels}, not one logit for each of ${task.classes} classes.`,
    );
  const total = (of: (node: NodeCost) => number): number => nodes.reduce((sum, node) => sum + of(node), 0);
  const before = Math.min(...described.classifier.references) - 1;
  return {
    nodes,
    layers,
    classifier,
    parameters: total((node) => node.parameters),
    movingStatistics: total((node) => node.movingStatistics),
    multiplyAdds: total((node) => node.multiplyAdds),
    activationBytes: 4 * (sizeOf(task) + keptValues(architecture, nodes.slice(0, before))),
  };
}

function describeNodes({ nodes }: ConvArchitecture, task: ImageTask): NodeDescription[] {
  const image: FeatureMap = { height: task.height, width: task.width, channels: task.channels };
  const described: NodeDescription[] = [];
  for (const [index, node] of nodes.entries()) {
    const name = `Node ${index + 1}`;
    const rules = rulesOf(node);
    const inputs = node.inputs.map((reference) => {
      const map = reference === 0 ? image : described[reference - 1]?.output;
      if (map) return map;
      throw invalid(`${name} takes node ${reference}, which does not come before it.`);
    });
    const input = merged(rules, inputs, name);
    try {
      described.push({ node, inputs, input, ...rules.cost(input, task.classes) });
    } catch (error) {
      if (error instanceof RangeError) throw invalid(`${name} ${error.message}.`);
      throw error;
    }
  }
  return described;
}

/** One map for all inputs: concatenated in depth after zero padding, or the shape that all have. */
function merged({ merge }: BoundRules, maps: readonly FeatureMap[], name: string): FeatureMap {
  const [first] = maps;
  if (first === undefined) throw invalid(`${name} has no input.`);
  if (merge === 'concat')
    return {
      height: Math.max(...maps.map((map) => map.height)),
      width: Math.max(...maps.map((map) => map.width)),
      channels: maps.reduce((sum, map) => sum + map.channels, 0),
    };
  const other = maps.find((map) => mapText(map) !== mapText(first));
  if (other) throw invalid(`${name} adds maps of different shapes, ${mapText(first)} and ${mapText(other)}.`);
  return first;
}

/** A layer as its nodes in a row. */
function sumOf({ references }: NetworkLayer, nodes: readonly Description[]): Description {
  const members = references.flatMap((reference) => nodes[reference - 1] ?? []);
  const [first, last] = [members[0], members.at(-1)];
  if (!first || !last) throw new RangeError('a layer has a node');
  const total = (of: (node: NodeCost) => number): number => members.reduce((sum, node) => sum + of(node), 0);
  return {
    inputs: first.inputs,
    input: first.input,
    output: last.output,
    parameters: total((node) => node.parameters),
    movingStatistics: total((node) => node.movingStatistics),
    multiplyAdds: total((node) => node.multiplyAdds),
  };
}

/** @param before descriptions of the nodes before the classifier */
function keptValues({ nodes }: ConvArchitecture, before: readonly NodeDescription[]): number {
  const users = new Map<number, string[]>();
  for (const { kind, inputs } of nodes)
    for (const input of inputs) users.set(input, [...(users.get(input) ?? []), kind]);
  return before.reduce((sum, { node, inputs, input, output }, index) => {
    const { merge, kept } = rulesOf(node);
    // Rectified in place: what the ReLU gives is kept.
    const rectified = node.kind === 'batchNormalisation' && users.get(index + 1)?.join() === 'relu';
    return (
      sum +
      (merge === 'concat' && inputs.length > 1 ? sizeOf(input) : 0) +
      (rectified ? 0 : kept * sizeOf(output))
    );
  }, 0);
}

/** '32×32×3'. */
export function mapText({ height, width, channels }: FeatureMap): string {
  return `${height}×${width}×${channels}`;
}

function sizeOf(map: FeatureMap): number {
  return map.height * map.width * map.channels;
}

function invalid(message: string): CellsmithError {
  return new CellsmithError('architecture.invalid', message);
}
