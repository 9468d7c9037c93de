import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalCell, cellFormulas, cellTree } from './cell-forms';
import { nasCell, childrenOf, type RecurrentCell } from './recurrent-cell';
import { cellSpace, decodeCell } from '../../tasks/cell/cell-space';
import { figure5Cell, stepCell } from '../../testing/step-cell';

const options = {
  base: 4,
  combinations: ['elem_mult', 'add', 'max'],
  activations: ['identity', 'tanh', 'sigmoid', 'relu', 'sin'],
} as const;

const anyCell = fc.array(fc.nat(10_000), { minLength: 18, maxLength: 18 }).map((draws) => {
  const space = cellSpace(options);
  const decisions: number[] = [];
  for (;;) {
    const point = space.next(decisions, 1);
    if (point?.kind !== 'choice') return decodeCell(options, decisions);
    decisions.push((draws[decisions.length] ?? 0) % point.options.length);
  }
});

/** The same cell with the children of some inner nodes swapped; `leaves[i]` is where leaf i of the result was before. */
function swapped(
  cell: RecurrentCell,
  swap: readonly boolean[],
): { cell: RecurrentCell; leaves: readonly number[] } {
  const from: number[] = [];
  const place = (target: number, source: number): void => {
    from[target] = source;
    const targets = childrenOf(cell.base, target);
    const sources = childrenOf(cell.base, source);
    if (!targets || !sources) return;
    const [first, second] = swap[target] ? [sources[1], sources[0]] : sources;
    place(targets[0], first);
    place(targets[1], second);
  };
  const root = 2 * cell.base - 2;
  place(root, root);
  return {
    cell: {
      ...cell,
      nodes: from.map((source) => cell.nodes[source] ?? { combination: 'add', activation: 'identity' }),
      readNode: from.indexOf(cell.readNode),
      injectedNode: from.indexOf(cell.injectedNode),
    },
    leaves: from.slice(0, cell.base),
  };
}

const swaps = fc.array(fc.boolean(), { minLength: 7, maxLength: 7 });
const values = fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 4, maxLength: 4 });

describe('the canonical form of a cell', () => {
  it('does not change when children are swapped, and neither does what the cell computes', () => {
    fc.assert(
      fc.property(anyCell, swaps, values, values, (cell, swap, x, h) => {
        const other = swapped(cell, swap);
        expect(canonicalCell(other.cell)).toBe(canonicalCell(cell));
        const moved = (v: readonly number[]): number[] => other.leaves.map((leaf) => v[leaf] ?? 0);
        const expected = stepCell(cell, x, h, 0.5);
        const actual = stepCell(other.cell, moved(x), moved(h), 0.5);
        expect(actual.hidden).toBeCloseTo(expected.hidden, 9);
        expect(actual.state).toBeCloseTo(expected.state, 9);
      }),
    );
  });

  it('differs when any single operation or index changes, unless only siblings trade places', () => {
    fc.assert(
      fc.property(anyCell, fc.nat(6), (cell, node) => {
        const old = cell.nodes[node];
        const nodes = cell.nodes.map((operation, i) =>
          i === node
            ? { ...operation, activation: old?.activation === 'tanh' ? ('relu' as const) : ('tanh' as const) }
            : operation,
        );
        expect(canonicalCell({ ...cell, nodes })).not.toBe(canonicalCell(cell));
        expect(canonicalCell({ ...cell, readNode: cell.readNode === 6 ? 5 : 6 })).not.toBe(
          canonicalCell(cell),
        );
      }),
    );
  });
});

describe('the text of a cell', () => {
  it('writes the example of figure 5 as the equations of the paper', () => {
    expect(cellFormulas(figure5Cell)).toEqual([
      'a0 = tanh(W0 x_t + U0 h_{t−1})',
      'a0_new = relu(a0 + c_{t−1})',
      'a1 = relu((W1 x_t) ⊙ (U1 h_{t−1}))',
      'c_t = (W1 x_t) ⊙ (U1 h_{t−1})',
      'a2 = sigmoid(a0_new ⊙ a1)',
      'h_t = a2',
    ]);
  });

  it('draws the tree with the root first and marks injection and state', () => {
    expect(cellTree(figure5Cell)).toEqual([
      '2: sigmoid(elem_mult)  → h_t',
      '├ 0: tanh(add)  ← c_{t−1} by add, relu',
      '└ 1: relu(elem_mult)  → c_t before the activation',
    ]);
    expect(cellTree(nasCell)).toHaveLength(15);
  });
});
