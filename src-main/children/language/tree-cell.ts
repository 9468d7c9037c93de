import { CellsmithError } from '../../../src-shared/errors';
import {
  activations,
  childrenOf,
  combinations,
  type Activation,
  type CellOperation,
  type Combination,
  type RecurrentCell,
} from '../../../src-shared/architecture/cell/recurrent-cell';
import type { Tensor } from '../../engine/graph';
import { relu, sigmoid, tanh } from '../../engine/ops/activation';
import { add, mul, sin } from '../../engine/ops/arithmetic';
import { split } from '../../engine/ops/layout';
import { maximum } from '../../engine/ops/logic';
import type { CellProgram, UnitOperation } from '../../engine/ops/recurrent';
import type { CellForm } from './cell-form';
import { ProgramWriter } from './program-writer';

const combine: Readonly<Record<Combination, (left: Tensor, right: Tensor) => Tensor>> = {
  elem_mult: mul,
  add,
  max: maximum,
};

const activate: Readonly<Record<Activation, (x: Tensor) => Tensor>> = {
  identity: (x) => x,
  tanh,
  sigmoid,
  relu,
  sin,
};

/**
 * The leaves of a cell in the order in which their blocks of columns stand in its weights: those of one combination side by side,
 * among them those of one activation, so that a step computes each kind once.
 */
export function leafOrder(cell: RecurrentCell): readonly number[] {
  const rank = (leaf: number): number => {
    const { combination, activation } = operationOf(cell, leaf);
    return combinations.indexOf(combination) * activations.length + activations.indexOf(activation);
  };
  return Array.from({ length: cell.base }, (_, leaf) => leaf).sort((a, b) => rank(a) - rank(b) || a - b);
}

/** A cell of the search space (paper section 3.4). Its blocks stand in the order of {@link leafOrder}. */
export function treeForm(cell: RecurrentCell): CellForm {
  const order = leafOrder(cell);
  const byCombination = runs(order, (leaf) => operationOf(cell, leaf).combination);
  return {
    blocks: cell.base,
    hasC: true,
    step(fromInput, fromHidden, c) {
      if (!c) throw new CellsmithError('internal', 'A cell of the search space was given no c.');
      const hidden = c.shape[1] ?? 0;
      const outputs: Tensor[] = [];
      let read: Tensor | undefined;
      const finish = (node: number, activated: Tensor): void => {
        const { combination, activation } = cell.inject;
        outputs[node] =
          node === cell.injectedNode ? activate[activation](combine[combination](activated, c)) : activated;
      };
      const sizes = byCombination.map(({ members }) => members.length * hidden);
      const [inputs, hiddens] = [parts(fromInput, sizes), parts(fromHidden, sizes)];
      for (const [i, { kind, members }] of byCombination.entries()) {
        const combined = combine[kind](at(inputs, i), at(hiddens, i));
        const byActivation = runs(members, (leaf) => operationOf(cell, leaf).activation);
        const groups = parts(
          combined,
          byActivation.map((group) => group.members.length * hidden),
        );
        for (const [j, group] of byActivation.entries()) {
          const before = at(groups, j);
          const each = group.members.map(() => hidden);
          const after = parts(activate[group.kind](before), each);
          for (const [k, leaf] of group.members.entries()) {
            if (leaf === cell.readNode) read = at(parts(before, each), k);
            finish(leaf, at(after, k));
          }
        }
      }
      for (let node = cell.base; node < cell.nodes.length; node++) {
        const { combination, activation } = operationOf(cell, node);
        const [left, right] = childrenOf(cell.base, node) ?? [node, node];
        const combined = combine[combination](at(outputs, left), at(outputs, right));
        if (node === cell.readNode) read = combined;
        finish(node, activate[activation](combined));
      }
      if (!read) throw new CellsmithError('architecture.invalid', `A cell has no node ${cell.readNode}.`);
      return { h: at(outputs, cell.nodes.length - 1), c: read };
    },
    program: treeProgram(cell),
  };
}

const combining: Readonly<Record<Combination, UnitOperation>> = {
  elem_mult: 'multiply',
  add: 'add',
  max: 'maximum',
};

const activating: Readonly<Record<Activation, UnitOperation | undefined>> = {
  identity: undefined,
  tanh: 'tanh',
  sigmoid: 'sigmoid',
  relu: 'relu',
  sin: 'sine',
};

/** The same cell as a program for the custom kernel. */
function treeProgram(cell: RecurrentCell): CellProgram {
  const order = leafOrder(cell);
  const writer = new ProgramWriter(cell.base);
  const activated = (activation: Activation, value: number): number => {
    const does = activating[activation];
    return does ? writer.make(does, value) : value;
  };
  const outputs: number[] = [];
  let read: number | undefined;
  for (const [node, { combination, activation }] of cell.nodes.entries()) {
    const [left, right] = childrenOf(cell.base, node) ?? [];
    const block = order.indexOf(node);
    const before =
      left === undefined || right === undefined
        ? writer.make(combining[combination], writer.fromInput(block), writer.fromHidden(block))
        : writer.make(combining[combination], at(outputs, left), at(outputs, right));
    if (node === cell.readNode) read = before;
    const after = activated(activation, before);
    outputs.push(
      node === cell.injectedNode
        ? activated(cell.inject.activation, writer.make(combining[cell.inject.combination], after, writer.c))
        : after,
    );
  }
  if (read === undefined)
    throw new CellsmithError('architecture.invalid', `A cell has no node ${cell.readNode}.`);
  return writer.program(at(outputs, cell.nodes.length - 1), read);
}

interface Run<Kind> {
  readonly kind: Kind;
  readonly members: readonly number[];
}

/** Neighbours of one kind, together. */
function runs<Kind>(leaves: readonly number[], kindOf: (leaf: number) => Kind): readonly Run<Kind>[] {
  const found: { readonly kind: Kind; readonly members: number[] }[] = [];
  for (const leaf of leaves) {
    const kind = kindOf(leaf);
    const last = found.at(-1);
    if (last?.kind === kind) last.members.push(leaf);
    else found.push({ kind, members: [leaf] });
  }
  return found;
}

/** Columns of x, cut into parts of the given widths. */
function parts(x: Tensor, widths: readonly number[]): readonly Tensor[] {
  if (widths.length === 1) return [x];
  const equal = widths.every((width) => width === widths[0]);
  return split(x, equal ? widths.length : widths, 1);
}

function operationOf(cell: RecurrentCell, node: number): CellOperation {
  return at(cell.nodes, node);
}

function at<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new CellsmithError('architecture.invalid', `A cell has no node ${index}.`);
  return item;
}
