import type { Activation, Combination } from '../architecture/cell/recurrent-cell';
import {
  boxHeight,
  boxShapes,
  cellSizes,
  railParts,
  sideShapes,
  wireShapes,
  type CellBox,
} from './cell-parts';
import { label, type Drawing, type Part } from './drawing';

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
