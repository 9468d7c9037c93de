import type { ConvArchitecture } from '../../src-shared/architecture/conv/conv-architecture';
import { layersOf } from '../../src-shared/architecture/conv/layers-of';
import { skipConnectionsOf } from '../../src-shared/diagrams/connections';
import type { Tone } from '../../src-shared/diagrams/drawing';
import { blockOf } from '../../src-shared/diagrams/node-block';
import type { LanguageCell } from '../../src-shared/architecture/cell/language-model';
import { childrenOf, nodeCount, type RecurrentCell } from '../../src-shared/architecture/cell/recurrent-cell';

/** A layer as a block: its place in a drawing of `width` × `height`. */
interface Block {
  readonly tone: Tone;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Thumbnail of a network: a column of blocks, with the input on top. */
interface NetworkDrawing {
  readonly width: number;
  readonly height: number;
  readonly blocks: readonly Block[];
  /** Connections that skip layers, as paths of SVG. */
  readonly arcs: readonly string[];
}

/** Width of a network's drawing; its height grows with the layers. */
const networkWidth = 40;
const pitch = 6;
const blockHeight = 4;
/** Drawings of deep networks show the longest of their arcs alone. */
const mostArcs = 60;

/** Draws a network; the same network always has the same face. */
export function drawNetwork(architecture: ConvArchitecture): NetworkDrawing {
  const { layers } = layersOf(architecture);
  const middle = networkWidth / 2;
  const yOf = (reference: number): number => pitch * reference - pitch / 2 + 2;
  const blocks = layers.map((layer, index): Block => {
    const { tone, share } = blockOf(layer);
    const wide = tone === 'convolution' ? round(6 + 24 * share) : 8;
    return {
      tone,
      x: middle - wide / 2,
      y: yOf(index + 1) - blockHeight / 2,
      width: wide,
      height: blockHeight,
    };
  });
  const classifier = layers.length + 1;
  const skips = skipConnectionsOf(architecture).slice(0, mostArcs);
  const arcs = skips.map(({ from, to, side }) => {
    // The further out the more layers they skip.
    const reach = middle + side * (10 + (9 * (to - from)) / classifier);
    const start = middle + side * 5;
    return `M${start} ${round(yOf(from))}C${round(reach)} ${round(yOf(from))} ${round(reach)} ${round(yOf(to))} ${start} ${round(yOf(to))}`;
  });
  return { width: networkWidth, height: pitch * (layers.length + 1) - 2, blocks, arcs };
}

function round(value: number): number {
  return Math.round(10 * value) / 10;
}

interface CellNode {
  readonly x: number;
  readonly y: number;
  readonly activation: RecurrentCell['nodes'][number]['activation'];
  readonly combination: RecurrentCell['nodes'][number]['combination'];
}

/** A cell as a small tree, leaves at the bottom: its face in tables and cards. */
interface CellDrawing {
  readonly width: number;
  readonly height: number;
  readonly radius: number;
  /** By number of the node. */
  readonly nodes: readonly CellNode[];
  /** From each node but the root to its parent. */
  readonly edges: readonly {
    readonly x1: number;
    readonly y1: number;
    readonly x2: number;
    readonly y2: number;
  }[];
  readonly read: number;
  readonly injected: number;
}

/** Of a cell's drawing. */
const cellSize = { width: 44, height: 40 };

/** Cells outside of the search space are one node: an LSTM multiplies by its gates, the plain network adds. */
function drawReady(kind: 'lstm' | 'rnn'): CellDrawing {
  const { width, height } = cellSize;
  const combination = kind === 'lstm' ? 'elem_mult' : 'add';
  const node: CellNode = { x: width / 2, y: height / 2, activation: 'tanh', combination };
  return { width, height, radius: 6, nodes: [node], edges: [], read: -1, injected: -1 };
}

export function drawCell(cell: LanguageCell): CellDrawing {
  if (!('base' in cell)) return drawReady(cell.kind);
  const { base } = cell;
  const { width, height } = cellSize;
  const levels = Math.log2(base) + 1;
  const radius = Math.min(3, width / base / 2.6);
  const margin = radius + 1;
  const nodes: CellNode[] = [];
  const edges: CellDrawing['edges'][number][] = [];
  for (let node = 0; node < nodeCount(base); node++) {
    const children = childrenOf(base, node);
    const below = children?.map((child) => nodes[child]) ?? [];
    const x = below.length === 0 ? ((node + 0.5) * width) / base : mean(below.map((child) => child?.x ?? 0));
    const above = Math.min(...below.map((child) => child?.y ?? 0));
    const y = below.length === 0 ? height - margin : above - (height - 2 * margin) / (levels - 1);
    const operation = cell.nodes[node];
    if (operation === undefined) break;
    nodes.push({ x, y, ...operation });
    for (const child of below)
      if (child !== undefined) edges.push({ x1: child.x, y1: child.y, x2: x, y2: y });
  }
  return { width, height, radius, nodes, edges, read: cell.readNode, injected: cell.injectedNode };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
