import {
  childrenOf,
  parentOf,
  type CellOperation,
  type RecurrentCell,
  type Activation,
  type Combination,
} from '../architecture/cell/recurrent-cell';
import {
  boxHeight,
  boxOf,
  boxShapes,
  cellSizes,
  railParts,
  sideShapes,
  wireShapes,
  type CellBox,
} from './cell-parts';
import { label, type Drawing, type Part } from './drawing';

/** Where the boxes of a cell are: leaves at the bottom, the root on top. */
interface CellLayout {
  readonly width: number;
  readonly height: number;
  /** By node. */
  readonly boxes: readonly CellBox[];
  /** Cell inject, above the box of the node whose output it changes. */
  readonly inject: CellBox;
}

/** Lays out a cell. */
export function layOutCell(cell: RecurrentCell): CellLayout {
  const { base, nodes, inject, injectedNode } = cell;
  const { pitch, side, gap, half, top, toRail, rails } = cellSizes;
  const levelOf = (node: number): number => {
    let level = 0;
    for (let size = base, first = 0; node >= first + size; level++) {
      first += size;
      size /= 2;
    }
    return level;
  };
  const step = 2 * half + gap;
  const injected = levelOf(injectedNode);
  const levels = Math.log2(base) + 1;
  // The level with the injection is two boxes high.
  const bottom = top + (levels + 1) * step - gap;
  const lowerEdge = (level: number): number => bottom - step * (level + (level > injected ? 1 : 0));
  const middles: number[] = [];
  const boxes = nodes.map((operation, node) => {
    const children = childrenOf(base, node);
    const middle = children
      ? ((middles[children[0]] ?? 0) + (middles[children[1]] ?? 0)) / 2
      : side + 30 + pitch * (node + 0.5);
    middles.push(middle);
    return boxOf(operation, middle, lowerEdge(levelOf(node)));
  });
  return {
    width: 2 * (side + 30) + pitch * base,
    height: bottom + toRail + rails + 12,
    boxes,
    inject: boxOf(inject, middles[injectedNode] ?? 0, lowerEdge(injected) - step),
  };
}

/** 'tanh of the product', for screen readers. */
function operationText({ combination, activation }: CellOperation): string {
  return `${activation}(${combination})`;
}

/** Draws a cell as a tree, h_t on top, with cell inject and the node at which c_t is read marked. */
export function drawCell(cell: RecurrentCell): Drawing {
  const layout = layOutCell(cell);
  const { base, injectedNode, readNode } = cell;
  const root = cell.nodes.length - 1;
  const { half } = cellSizes;
  const parts: Part[] = [
    ...railParts(
      layout.boxes.slice(0, base).map(({ x, y }, node) => ({ x, y, name: String(node) })),
      layout.width,
    ),
  ];
  // The label of a node is on the side that its sibling's line does not use.
  const sideOf = (node: number): -1 | 1 => (node === root || node % 2 === 1 ? 1 : -1);
  const upperEdge = (box: CellBox) => ({ x: box.x, y: box.y - boxHeight(box) });
  for (const [node, box] of layout.boxes.entries()) {
    const output = node === injectedNode ? upperEdge(layout.inject) : upperEdge(box);
    if (node === injectedNode)
      parts.push({
        name: null,
        of: [node, node],
        shapes: wireShapes(upperEdge(box), layout.inject),
      });
    const parent = parentOf(base, node);
    const above = parent === undefined ? undefined : layout.boxes[parent];
    if (parent !== undefined && above)
      parts.push({
        name: null,
        of: [node, parent],
        shapes: wireShapes(output, { x: above.x + (node % 2 === 0 ? -11 : 11), y: above.y }),
      });
    else
      parts.push({
        name: null,
        of: [node, node],
        shapes: [
          ...wireShapes(output, { x: output.x, y: output.y - 18 }),
          label('text', output.x, output.y - 24, 'middle', 'h_t'),
        ],
      });
  }
  for (const [node, box] of layout.boxes.entries()) {
    const operation = cell.nodes[node];
    if (operation === undefined) continue;
    const remarks = [
      ...(node === readNode ? ['c_t is read before its activation'] : []),
      ...(node === injectedNode ? ['c_{t−1} is injected into its output'] : []),
      ...(node === root ? ['its result is h_t'] : []),
    ];
    parts.push({
      name: `Node ${node}: ${[operationText(operation), ...remarks].join(', ')}`,
      of: node,
      shapes: [
        ...boxShapes(box, 'node'),
        ...(node === readNode ? sideShapes('read', box, sideOf(node), box.y - half, 'c_t', false) : []),
      ],
    });
  }
  parts.push({
    name: `Cell inject: ${operationText(cell.inject)} with c_{t−1}`,
    of: cell.nodes.length,
    shapes: [
      ...boxShapes(layout.inject, 'injected'),
      ...sideShapes(
        'injected',
        layout.inject,
        sideOf(injectedNode),
        layout.inject.y - half / 2,
        'c_{t−1}',
        true,
      ),
    ],
  });
  return { width: layout.width, height: layout.height, parts };
}

const gates = [
  ['i', 'sigmoid'],
  ['g', 'tanh'],
  ['f', 'sigmoid'],
  ['o', 'sigmoid'],
] as const;

/** Draws the LSTM in the manner of a cell of the search space, for comparison. */
export function drawLstm(): Drawing {
  const { pitch, side, gap, half, top, toRail, rails } = cellSizes;
  const left = side + 30;
  const width = 2 * left + pitch * gates.length;
  const at = (column: number): number => left + pitch * (column + 0.5);
  // Four levels of one half each are above the gates.
  const bottom = top + 4 * (half + gap) + 2 * half;
  const level = (number: number): number => bottom - (2 * half + gap) - (number - 1) * (half + gap);
  const box = (
    x: number,
    y: number,
    combination: Combination | null,
    activation: Activation | null,
  ): CellBox => ({ x, y, combination, activation });

  const leaves = gates.map(([, activation], column) => box(at(column), bottom, 'add', activation));
  const written = box(at(0.5), level(1), 'elem_mult', null);
  const kept = box(at(2), level(1), 'elem_mult', null);
  const sum = box(at(1.25), level(2), 'add', null);
  const squashed = box(at(1.25), level(3), null, 'tanh');
  const output = box(at(2.1), level(4), 'elem_mult', null);
  const upper = (from: CellBox) => ({ x: from.x, y: from.y - boxHeight(from) });
  const wires: readonly (readonly [from: CellBox | undefined, to: CellBox, offset: number])[] = [
    [leaves[0], written, -11],
    [leaves[1], written, 11],
    [leaves[2], kept, 0],
    [written, sum, -11],
    [kept, sum, 11],
    [sum, squashed, 0],
    [squashed, output, -11],
    [leaves[3], output, 11],
  ];
  const named: readonly (readonly [string, CellBox | undefined])[] = [
    ...gates.map(
      ([name, activation], column) => [`Gate ${name}: ${activation}(add)`, leaves[column]] as const,
    ),
    ['i times g', written],
    ['f times c of the step before', kept],
    ['Sum: c_t', sum],
    ['tanh of c_t', squashed],
    ['o times tanh of c_t: h_t', output],
  ];
  const parts: Part[] = [
    ...railParts(
      leaves.map(({ x, y }, column) => ({ x, y, name: gates[column]?.[0] ?? '' })),
      width,
    ),
    ...wires.flatMap(([from, to, offset]) =>
      from === undefined
        ? []
        : [{ name: null, of: null, shapes: wireShapes(upper(from), { x: to.x + offset, y: to.y }) }],
    ),
    {
      name: null,
      of: null,
      shapes: [
        ...wireShapes(upper(output), { x: output.x, y: upper(output).y - 18 }),
        label('text', output.x, upper(output).y - 24, 'middle', 'h_t'),
      ],
    },
    ...named.flatMap(([name, shown], number) =>
      shown === undefined ? [] : [{ name, of: number, shapes: boxShapes(shown, 'node') }],
    ),
    {
      name: null,
      of: null,
      shapes: [
        ...sideShapes('injected', kept, 1, kept.y - half / 2, 'c_{t−1}', true),
        ...sideShapes('read', sum, -1, sum.y - half / 2, 'c_t', false),
      ],
    },
  ];
  return { width, height: bottom + toRail + rails + 12, parts };
}

/** Draws the plain recurrent network: one box, tanh of the sum. */
export function drawRnn(): Drawing {
  const { pitch, side, half, top, toRail, rails } = cellSizes;
  const width = 2 * (side + 30) + pitch;
  const bottom = top + 2 * half;
  const box: CellBox = { x: width / 2, y: bottom, combination: 'add', activation: 'tanh' };
  const upper = { x: box.x, y: bottom - boxHeight(box) };
  const parts: Part[] = [
    ...railParts([{ x: box.x, y: box.y, name: '' }], width),
    {
      name: null,
      of: null,
      shapes: [
        ...wireShapes(upper, { x: upper.x, y: upper.y - 18 }),
        label('text', upper.x, upper.y - 24, 'middle', 'h_t'),
      ],
    },
    { name: 'tanh(add): h_t', of: 0, shapes: boxShapes(box, 'node') },
  ];
  return { width, height: bottom + toRail + rails + 12, parts };
}
