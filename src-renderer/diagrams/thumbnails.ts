import type { LanguageCell } from '../../src-shared/architecture/cell/language-model';
import { childrenOf, nodeCount, type RecurrentCell } from '../../src-shared/architecture/cell/recurrent-cell';
import type { ConvArchitecture } from '../../src-shared/architecture/conv/conv-architecture';
import { layersOf } from '../../src-shared/architecture/conv/layered-network';
import { skipConnectionsOf, blockOf } from '../../src-shared/diagrams/node-block';
import type { Tone } from '../../src-shared/diagrams/drawing';
import { countOf } from '../../src-shared/format';

/** A small drawing of an architecture, by which people recognise it in tables and lists. */
export interface Thumbnail {
  readonly width: number;
  readonly height: number;
  /** 'Network', and what follows the name of the child: '4 layers'. */
  readonly name: string;
  readonly detail: string;
  readonly shapes: readonly Shape[];
}

interface Shape {
  /** A path of SVG. */
  readonly path: string;
  /** Classes that give it its colours: see ArchitectureThumbnail.vue. */
  readonly look: readonly ('arc' | Tone | Activation | 'read' | 'injected')[];
}
type Activation = RecurrentCell['nodes'][number]['activation'];

/** Width of a network's drawing; its height grows with the layers. */
const networkWidth = 40;
const pitch = 6;
const blockHeight = 4;
/** Drawings of deep networks show the longest of their arcs alone. */
const mostArcs = 60;

/** A network as a column of blocks, the input on top, wider for more filters, with arcs for connections that skip layers. */
export function networkThumbnail(architecture: ConvArchitecture): Thumbnail {
  const { layers } = layersOf(architecture);
  const middle = networkWidth / 2;
  const yOf = (reference: number): number => pitch * reference - pitch / 2 + 2;
  const blocks = layers.map((layer, index): Shape => {
    const { tone, share } = blockOf(layer);
    const wide = tone === 'convolution' ? round(6 + 24 * share) : 8;
    return {
      path: `M${middle - wide / 2} ${yOf(index + 1) - blockHeight / 2}h${wide}v${blockHeight}h${-wide}z`,
      look: [tone],
    };
  });
  const classifier = layers.length + 1;
  const skips = skipConnectionsOf(architecture).slice(0, mostArcs);
  const arcs = skips.map(({ from, to, side }): Shape => {
    // The further out the more layers they skip.
    const reach = middle + side * (10 + (9 * (to - from)) / classifier);
    const start = middle + side * 5;
    return {
      path: `M${start} ${round(yOf(from))}C${round(reach)} ${round(yOf(from))} ${round(reach)} ${round(yOf(to))} ${start} ${round(yOf(to))}`,
      look: ['arc'],
    };
  });
  return {
    width: networkWidth,
    height: pitch * (layers.length + 1) - 2,
    name: 'Network',
    detail: countOf(layers.length, 'layer'),
    shapes: [...arcs, ...blocks],
  };
}

const cellSize = { width: 44, height: 40 };

/** Cells outside of the search space are one node. */
function readyThumbnail(kind: 'lstm' | 'rnn'): Thumbnail {
  const { width, height } = cellSize;
  const path = `M${width / 2 - 6} ${height / 2}a6 6 0 1 0 12 0a6 6 0 1 0 -12 0`;
  return { width, height, name: 'Cell', detail: kind.toUpperCase(), shapes: [{ path, look: ['tanh'] }] };
}

/** A cell as a tree, leaves at the bottom: squares multiply, circles add. */
export function cellThumbnail(cell: LanguageCell): Thumbnail {
  if (!('base' in cell)) return readyThumbnail(cell.kind);
  const { base, readNode, injectedNode } = cell;
  const { width, height } = cellSize;
  const levels = Math.log2(base) + 1;
  const radius = Math.min(3, width / base / 2.6);
  const margin = radius + 1;
  const places: { readonly x: number; readonly y: number }[] = [];
  const edges: Shape[] = [];
  const nodes: Shape[] = [];
  for (let node = 0; node < nodeCount(base); node++) {
    const operation = cell.nodes[node];
    if (operation === undefined) break;
    const below = (childrenOf(base, node) ?? []).flatMap((child) => places[child] ?? []);
    const leaf = below.length === 0;
    const x = leaf ? ((node + 0.5) * width) / base : mean(below.map((child) => child.x));
    const above = Math.min(...below.map((child) => child.y));
    const y = leaf ? height - margin : above - (height - 2 * margin) / (levels - 1);
    places.push({ x, y });
    for (const child of below) edges.push({ path: `M${child.x} ${child.y}L${x} ${y}`, look: ['arc'] });
    const square = `M${x - radius} ${y - radius}h${2 * radius}v${2 * radius}h${-2 * radius}z`;
    const circle = `M${x - radius} ${y}a${radius} ${radius} 0 1 0 ${2 * radius} 0a${radius} ${radius} 0 1 0 ${-2 * radius} 0`;
    nodes.push({
      path: operation.combination === 'elem_mult' ? square : circle,
      look: [
        operation.activation,
        ...(node === readNode ? (['read'] as const) : []),
        ...(node === injectedNode ? (['injected'] as const) : []),
      ],
    });
  }
  return { width, height, name: 'Cell', detail: `base ${base}`, shapes: [...edges, ...nodes] };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function round(value: number): number {
  return Math.round(10 * value) / 10;
}
