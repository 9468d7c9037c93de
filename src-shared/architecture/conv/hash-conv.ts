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

/** A node of a directed graph: what it is, and from which nodes it takes how many edges. */
export interface LabelledNode {
  readonly label: string;
  /** Index of the node that an edge comes from → number of such edges. */
  readonly inputs: ReadonlyMap<number, number>;
}

/** Ordered partition of the nodes: of each node, the position at which its cell of equals starts. */
type Colouring = readonly number[];

/**
 * A text that is the same for two graphs exactly when one is a renumbering of the other.
 *
 * Weisfeiler–Lehman refinement tells nodes apart by their labels and neighbours; where it leaves equals, each of them in turn
 * is set apart and refined further, and the least of the texts that come out is the canonical one. As in nauty
 * (McKay & Piperno, 2014), symmetries that are found on the way spare the search of the branches that they map onto searched ones.
 */
export function canonicalGraphText(nodes: readonly LabelledNode[]): string {
  const graph: Graph = { nodes, outputs: nodes.map(() => new Map<number, number>()) };
  for (const [index, node] of nodes.entries())
    for (const [input, edges] of node.inputs) graph.outputs[input]?.set(index, edges);

  const search: Search = { graph, leaves: new Map(), symmetries: [] };
  const labels = colouringBy(
    nodes.map(() => 0),
    nodes.map((node) => node.label),
  );
  searchBelow(search, refined(graph, labels), []);
  return [...search.leaves.keys()].reduce((least, text) => (text < least ? text : least));
}

interface Graph {
  readonly nodes: readonly LabelledNode[];
  /** By node: the nodes that take an edge from it, with the number of edges. */
  readonly outputs: readonly Map<number, number>[];
}

interface Search {
  readonly graph: Graph;
  /** The first numbering that gave each text, and the nodes that were set apart on the way to it. */
  readonly leaves: Map<string, { readonly numbering: Colouring; readonly path: readonly number[] }>;
  /** Renumberings that leave the graph as it is, by node. */
  readonly symmetries: (readonly number[])[];
}

/**
 * Visits the numberings that come of setting nodes apart below `path`.
 * @returns the length of the path to go back to: shorter than `path` when all below it mirrors what was searched before
 */
function searchBelow(search: Search, colouring: Colouring, path: readonly number[]): number {
  const cell = firstCellOfEquals(colouring);
  if (cell === undefined) return visitLeaf(search, colouring, path);
  const searched: number[] = [];
  for (const node of cell) {
    if (isMirrored(search.symmetries, path, searched, node)) continue;
    const apart = colouring.map((colour, other) =>
      cell.includes(other) && other !== node ? colour + 1 : colour,
    );
    const back = searchBelow(search, refined(search.graph, apart), [...path, node]);
    if (back < path.length) return back;
    searched.push(node);
  }
  return path.length;
}

function visitLeaf(search: Search, numbering: Colouring, path: readonly number[]): number {
  const text = textOf(search.graph, numbering);
  const known = search.leaves.get(text);
  if (!known) {
    search.leaves.set(text, { numbering, path });
    return path.length;
  }
  const nodeAt: number[] = [];
  for (const [node, position] of known.numbering.entries()) nodeAt[position] = node;
  search.symmetries.push(numbering.map((position) => nodeAt[position] ?? position));
  // The two paths part at nodes that the symmetry maps onto each other: what hangs below one hangs below the other.
  return path.findIndex((node, level) => node !== known.path[level]);
}

/** Whether a symmetry that leaves the path alone maps the node onto one that has been searched. */
function isMirrored(
  symmetries: Search['symmetries'],
  path: readonly number[],
  searched: readonly number[],
  node: number,
): boolean {
  const usable = symmetries.filter((symmetry) => path.every((fixed) => symmetry[fixed] === fixed));
  const orbit = new Set([node]);
  for (const member of orbit)
    for (const symmetry of usable) {
      orbit.add(symmetry[member] ?? member);
      // A cycle of a permutation comes round, so images alone reach the whole orbit.
    }
  return searched.some((other) => orbit.has(other));
}

/** Splits cells by the colours of the neighbours until nothing splits. */
function refined(graph: Graph, colouring: Colouring): Colouring {
  let current = colouring;
  for (let cells = countCells(current); ;) {
    const seen = current;
    const next = colouringBy(
      seen,
      graph.nodes.map(
        (node, index) => `${coloursOf(seen, node.inputs)}/${coloursOf(seen, graph.outputs[index])}`,
      ),
    );
    const count = countCells(next);
    current = next;
    if (count === cells) return current;
    cells = count;
  }
}

function coloursOf(colouring: Colouring, neighbours: ReadonlyMap<number, number> | undefined): string {
  return [...(neighbours ?? [])]
    .map(([node, edges]) => `${colouring[node] ?? 0}:${edges}`)
    .sort()
    .join();
}

/** Orders the nodes by their colour, then by their key; equals share the position of the first of them. */
function colouringBy(colouring: Colouring, keys: readonly string[]): Colouring {
  const colourOf = (node: number) => colouring[node] ?? 0;
  const keyOf = (node: number) => keys[node] ?? '';
  const order = [...colouring.keys()].sort((a, b) => {
    const difference = colourOf(a) - colourOf(b);
    return difference !== 0 ? difference : keyOf(a) < keyOf(b) ? -1 : keyOf(a) > keyOf(b) ? 1 : 0;
  });
  const result: number[] = [];
  for (const [position, node] of order.entries()) {
    const before = order[position - 1];
    const equal =
      before !== undefined && colourOf(before) === colourOf(node) && keyOf(before) === keyOf(node);
    result[node] = equal ? (result[before] ?? 0) : position;
  }
  return result;
}

function countCells(colouring: Colouring): number {
  return new Set(colouring).size;
}

function firstCellOfEquals(colouring: Colouring): number[] | undefined {
  const cells = new Map<number, number[]>();
  for (const [node, colour] of colouring.entries()) cells.set(colour, [...(cells.get(colour) ?? []), node]);
  let first: number[] | undefined;
  let least = Infinity;
  for (const [colour, cell] of cells) if (cell.length > 1 && colour < least) [first, least] = [cell, colour];
  return first;
}

/** One line a node, in the order of a numbering: its label and the numbers of its inputs. */
function textOf(graph: Graph, numbering: Colouring): string {
  const lines: string[] = [];
  for (const [node, position] of numbering.entries()) {
    const inputs = [...(graph.nodes[node]?.inputs ?? [])]
      .map(([input, edges]): [number, number] => [numbering[input] ?? 0, edges])
      .sort((a, b) => a[0] - b[0])
      .map(([input, edges]) => (edges === 1 ? `${input}` : `${input}*${edges}`));
    lines[position] = `${graph.nodes[node]?.label ?? ''} <- ${inputs.join(' ')}`;
  }
  return lines.join('\n');
}
