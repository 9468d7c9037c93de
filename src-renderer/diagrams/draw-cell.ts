import { childrenOf, nodeCount, type RecurrentCell } from '../../src-shared/architecture/cell/recurrent-cell';

export interface CellNode {
  readonly x: number;
  readonly y: number;
  readonly activation: RecurrentCell['nodes'][number]['activation'];
  readonly combination: RecurrentCell['nodes'][number]['combination'];
}

/** A cell as a small tree, leaves at the bottom: its face in tables and cards. */
export interface CellDrawing {
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

const width = 44;
const height = 40;

export function drawCell(cell: RecurrentCell): CellDrawing {
  const { base } = cell;
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
