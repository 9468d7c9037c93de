import type { Tensor } from '../../engine/graph';
import type { CellProgram, UnitOperation } from '../../engine/ops/cell-graph';
import type { Initializer } from '../../engine/variables';
import type { LanguageCell } from '../../../src-shared/architecture/cell/language-model';
import { CellsmithError } from '../../../src-shared/errors';
import { zeros } from '../../engine/layers';
import { filled } from '../../engine/ops/broadcast';
import { concat } from '../../engine/ops/layout';
import {
  activations,
  childrenOf,
  combinations,
  type Activation,
  type CellOperation,
  type Combination,
  type RecurrentCell,
} from '../../../src-shared/architecture/cell/recurrent-cell';

/** The state from one step of a cell to the next, each [batch, hidden]. */
export interface CellState {
  /** h_t, which is also the cell's output. */
  readonly h: Tensor;
  /** c_t; absent for cells without one. */
  readonly c?: Tensor;
}

/** A cell without its weights: W x_t and U h_{t−1} are one product each for all blocks. */
export interface CellForm {
  /** The cell; one without c passes c through. */
  readonly program: CellProgram;
  /** Initialises the bias of W x_t, [blocks · hidden]; absent if there is none. */
  readonly bias?: Initializer;
  readonly hasC: boolean;
}

const readyForms = { lstm: lstmForm, rnn: rnnForm };

/** The form of any cell. @param forgetBias initial bias of an LSTM's forget gate; the others are 0 */
export function formOfCell(cell: LanguageCell, forgetBias: number): CellForm {
  return 'base' in cell ? treeForm(cell) : readyForms[cell.kind](forgetBias);
}

/**
 * The LSTM of Zaremba et al. (2014) and of torch.nn.LSTM: c_t = f ⊙ c_{t−1} + i ⊙ g, h_t = o ⊙ tanh(c_t).
 * Its blocks are input gate, forget gate, output gate and candidate: those with the same activation are adjacent.
 */
function lstmForm(forgetBias: number): CellForm {
  return {
    hasC: true,
    bias: (seed, [columns = 0]) => {
      const { graph } = seed.node;
      const block = (value: number) => filled(graph, [columns / 4], value);
      return concat([block(0), block(forgetBias), block(0), block(0)], 0);
    },
    program: lstmProgram(),
  };
}

function lstmProgram(): CellProgram {
  const writer = new ProgramWriter(4);
  const block = (i: number): number => writer.make('add', writer.fromInput(i), writer.fromHidden(i));
  const [input, forget, output] = [0, 1, 2].map((i) => writer.make('sigmoid', block(i)));
  const candidate = writer.make('tanh', block(3));
  if (input === undefined || forget === undefined || output === undefined)
    throw new CellsmithError('internal', 'A gate is missing.');
  const kept = writer.make('multiply', forget, writer.c);
  const c = writer.make('add', kept, writer.make('multiply', input, candidate));
  return writer.program(writer.make('multiply', output, writer.make('tanh', c)), c);
}

/** h_t = tanh(W x_t + U h_{t−1} + b) */
function rnnForm(): CellForm {
  const writer = new ProgramWriter(1);
  const sum = writer.make('add', writer.fromInput(0), writer.fromHidden(0));
  return { hasC: false, bias: zeros, program: writer.program(writer.make('tanh', sum), writer.c) };
}

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

/** Writes the program of a cell, value by value. */
class ProgramWriter {
  readonly #instructions: CellProgram['instructions'][number][] = [];

  constructor(readonly blocks: number) {}

  /** W x_t of a block. */
  fromInput(block: number): number {
    return block;
  }

  /** U h_{t−1} of a block. */
  fromHidden(block: number): number {
    return this.blocks + block;
  }

  /** c_{t−1} */
  get c(): number {
    return 2 * this.blocks;
  }

  /** Adds a value computed from one or two others; returns its number. */
  make(operation: UnitOperation, a: number, b = a): number {
    this.#instructions.push({ operation, a, b });
    return this.c + this.#instructions.length;
  }

  program(h: number, c: number): CellProgram {
    return { blocks: this.blocks, instructions: this.#instructions, h, c };
  }
}
