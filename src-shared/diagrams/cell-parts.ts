import type { Activation, CellOperation, Combination } from '../architecture/cell/recurrent-cell';
import { label, tenth, type Part, type Shape, type Tone } from './drawing';

/** Distances in drawings of cells, pixels. Data flow upwards. */
export const cellSizes = {
  /** Between the middles of leaves. */
  pitch: 76,
  boxWidth: 46,
  /** Of the half of a box that holds the combination or the activation. */
  half: 20,
  /** Between a box and the next above it. */
  gap: 26,
  /** Left and right of the outermost leaves. */
  side: 16,
  /** Above the root, for h_t. */
  top: 38,
  /** From the lower edge of a leaf to the rails of x_t and h_{t−1}, and from one to the other. */
  toRail: 34,
  rails: 20,
} as const;

const activationSigns: Readonly<Record<Activation, string>> = {
  identity: 'id',
  tanh: 'tanh',
  sigmoid: 'σ',
  relu: 'ReLU',
  sin: 'sin',
};
const combinationSigns: Readonly<Record<Combination, string>> = {
  elem_mult: '⊙',
  add: '+',
  max: 'max',
};

/** A box with the middle of its lower edge at (x, y): a combination below, an activation above, or one of the two alone. */
export interface CellBox {
  readonly x: number;
  readonly y: number;
  readonly combination: Combination | null;
  readonly activation: Activation | null;
}

export function boxHeight({ combination, activation }: Pick<CellBox, 'combination' | 'activation'>): number {
  return cellSizes.half * (Number(combination !== null) + Number(activation !== null));
}

export function boxOf({ combination, activation }: CellOperation, x: number, y: number): CellBox {
  return { x, y, combination, activation };
}

export function boxShapes(box: CellBox, tone: Tone): readonly Shape[] {
  const { x, y, combination, activation } = box;
  const { boxWidth, half } = cellSizes;
  const height = boxHeight(box);
  const left = tenth(x - boxWidth / 2);
  const shapes: Shape[] = [{ kind: 'box', tone, x: left, y: y - height, width: boxWidth, height }];
  if (combination !== null)
    shapes.push(label('text', tenth(x), y - half / 2 + 4.5, 'middle', combinationSigns[combination]));
  if (activation !== null)
    shapes.push(label('text', tenth(x), y - height + half / 2 + 4.5, 'middle', activationSigns[activation]));
  if (combination !== null && activation !== null)
    shapes.push({ kind: 'line', tone, path: `M${left} ${y - half}h${boxWidth}` });
  return shapes;
}

/** A line from the upper edge of a box into the lower edge of another, at that offset from its middle. */
export function wireShapes(from: { x: number; y: number }, to: { x: number; y: number }): readonly Shape[] {
  const bend = tenth((from.y - to.y) * 0.6);
  const [x1, x2] = [tenth(from.x), tenth(to.x)];
  return [
    {
      kind: 'line',
      tone: 'wire',
      path:
        x1 === x2
          ? `M${x1} ${from.y}V${to.y}`
          : `M${x1} ${from.y}C${x1} ${from.y - bend} ${x2} ${to.y + bend} ${x2} ${to.y}`,
    },
    { kind: 'fill', tone: 'wire', path: `M${x2} ${to.y}l-3 6h6z` },
  ];
}

/** A value that comes into the side of a box, or leaves it, with its name. */
export function sideShapes(
  tone: Tone,
  box: CellBox,
  side: -1 | 1,
  y: number,
  name: string,
  into: boolean,
): readonly Shape[] {
  const edge = tenth(box.x + (side * cellSizes.boxWidth) / 2);
  const length = 10;
  const tip = into
    ? `M${edge} ${y}l${6 * side} -3v6z`
    : `M${tenth(edge + side * length)} ${y}l${-6 * side} -3v6z`;
  return [
    { kind: 'line', tone, path: `M${edge} ${y}h${side * length}` },
    { kind: 'fill', tone, path: tip },
    label(tone, tenth(edge + side * (length + 3)), y + 4, side === 1 ? 'start' : 'end', name),
  ];
}

/** The rails of x_t and h_{t−1} below the leaves, and what each leaf takes of them by its weights. */
export function railParts(
  leaves: readonly { readonly x: number; readonly y: number; readonly name: string }[],
  width: number,
): readonly Part[] {
  const [first] = leaves;
  if (first === undefined) return [];
  const hidden = first.y + cellSizes.toRail;
  const input = hidden + cellSizes.rails;
  const rail = (y: number, name: string): Part => ({
    name: null,
    of: null,
    shapes: [
      { kind: 'line', tone: 'wire', path: `M${cellSizes.side + 26} ${y}H${width - 4}` },
      label('text', cellSizes.side - 12, y + 4, 'start', name),
    ],
  });
  const tap = (x: number, from: number, to: number): readonly Shape[] => [
    { kind: 'line', tone: 'wire', path: `M${tenth(x)} ${from}V${to}` },
    { kind: 'fill', tone: 'wire', path: `M${tenth(x)} ${to}l-3 6h6z` },
    {
      kind: 'fill',
      tone: 'wire',
      path: `M${tenth(x) - 2.5} ${from}a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0 -5 0z`,
    },
  ];
  return [
    rail(input, 'x_t'),
    rail(hidden, 'h_{t−1}'),
    ...leaves.map(({ x, y, name }) => ({
      name: null,
      of: null,
      shapes: [
        ...tap(x - 11, input, y),
        ...tap(x + 11, hidden, y),
        label('soft', tenth(x - 14), y + 22, 'end', `W_${name}`),
        label('soft', tenth(x + 15), y + 22, 'start', `U_${name}`),
      ],
    })),
  ];
}
