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
import type { CellProgram, UnitOperation } from '../../engine/ops/cell-graph';
import type { CellForm } from './cell-form';
import { ProgramWriter } from './program-writer';

/**
 * The leaves of a cell in the order of their blocks in its weights: sorted by combination, then by activation, so that each kind
 * is one node of a step's graph.
 */
export function leafOrder(cell: RecurrentCell): readonly number[] {
  const rank = (leaf: number): number => {
    const { combination, activation } = operationOf(cell, leaf);
    return combinations.indexOf(combination) * activations.length + activations.indexOf(activation);
  };
  return Array.from({ length: cell.base }, (_, leaf) => leaf).sort((a, b) => rank(a) - rank(b) || a - b);
}

/** A cell of the search space (paper section 3.4). Its blocks are in the order of {@link leafOrder}. */
export function treeForm(cell: RecurrentCell): CellForm {
  return { hasC: true, program: treeProgram(cell) };
}

const combine: Readonly<Record<Combination, UnitOperation>> = {
  elem_mult: 'multiply',
  add: 'add',
  max: 'maximum',
};

const activate: Readonly<Record<Activation, UnitOperation | undefined>> = {
  identity: undefined,
  tanh: 'tanh',
  sigmoid: 'sigmoid',
  relu: 'relu',
  sin: 'sine',
};

function treeProgram(cell: RecurrentCell): CellProgram {
  const order = leafOrder(cell);
  const writer = new ProgramWriter(cell.base);
  const activated = (activation: Activation, value: number): number => {
    const operation = activate[activation];
    return operation ? writer.make(operation, value) : value;
  };
  const outputs: number[] = [];
  let read: number | undefined;
  for (const [node, { combination, activation }] of cell.nodes.entries()) {
    const [left, right] = childrenOf(cell.base, node) ?? [];
    const block = order.indexOf(node);
    const before =
      left === undefined || right === undefined
        ? writer.make(combine[combination], writer.fromInput(block), writer.fromHidden(block))
        : writer.make(combine[combination], at(outputs, left), at(outputs, right));
    if (node === cell.readNode) read = before;
    const after = activated(activation, before);
    outputs.push(
      node === cell.injectedNode
        ? activated(cell.inject.activation, writer.make(combine[cell.inject.combination], after, writer.c))
        : after,
    );
  }
  if (read === undefined)
    throw new CellsmithError('architecture.invalid', `A cell has no node ${cell.readNode}.`);
  return writer.program(at(outputs, cell.nodes.length - 1), read);
}

function operationOf(cell: RecurrentCell, node: number): CellOperation {
  return at(cell.nodes, node);
}

function at<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new CellsmithError('architecture.invalid', `A cell has no node ${index}.`);
  return item;
}
