import {
  type Activation,
  childrenOf,
  type Combination,
  type RecurrentCell,
} from '../architecture/cell/recurrent-cell';

const combine: Readonly<Record<Combination, (left: number, right: number) => number>> = {
  elem_mult: (left, right) => left * right,
  add: (left, right) => left + right,
  max: (left, right) => Math.max(left, right),
};

const activate: Readonly<Record<Activation, (value: number) => number>> = {
  identity: (value) => value,
  tanh: (value) => Math.tanh(value),
  sigmoid: (value) => 1 / (1 + Math.exp(-value)),
  relu: (value) => Math.max(0, value),
  sin: (value) => Math.sin(value),
};

/**
 * One step of the cell for one unit, in plain numbers: the reference for every compiled form.
 * @param fromInput (W_i x_t) of each leaf, [base]
 * @param fromHidden (U_i h_{t−1}) of each leaf, [base]
 * @param state c_{t−1}
 */
export function stepCell(
  cell: RecurrentCell,
  fromInput: readonly number[],
  fromHidden: readonly number[],
  state: number,
): { readonly hidden: number; readonly state: number } {
  const outputs: number[] = [];
  let read = 0;
  for (const [node, operation] of cell.nodes.entries()) {
    const children = childrenOf(cell.base, node);
    const left = children ? outputs[children[0]] : fromInput[node];
    const right = children ? outputs[children[1]] : fromHidden[node];
    if (left === undefined || right === undefined)
      throw new RangeError(`node ${node} of a cell of base ${cell.base} has no operand`);
    const combined = combine[operation.combination](left, right);
    if (node === cell.readNode) read = combined;
    let output = activate[operation.activation](combined);
    if (node === cell.injectedNode)
      output = activate[cell.inject.activation](combine[cell.inject.combination](output, state));
    outputs.push(output);
  }
  return { hidden: outputs.at(-1) ?? 0, state: read };
}

/** The worked example of paper figure 5: base 2, c_{t−1} injected into node 0, c_t read at node 1. */
export const figure5Cell: RecurrentCell = {
  kind: 'cell',
  base: 2,
  nodes: [
    { combination: 'add', activation: 'tanh' },
    { combination: 'elem_mult', activation: 'relu' },
    { combination: 'elem_mult', activation: 'sigmoid' },
  ],
  inject: { combination: 'add', activation: 'relu' },
  readNode: 1,
  injectedNode: 0,
};
