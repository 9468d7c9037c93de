import { CellsmithError } from '../../../src-shared/errors';
import type { Shape, Tensor } from '../graph';
import { kernelConstants } from '../load';
import { defineOp, emit, intOf, type Op, outputAt, sameShape } from '../op';
import { mul } from './arithmetic';
import { expandDims, reshape } from './broadcast';
import type { CellProgram } from './cell-graph';
import { concat, slice } from './layout';
import { constant } from './source';

// A recurrent layer over a window as one custom op (src-main/engine/kernels); unrolled it is dozens of nodes per step.

type Inputs = readonly [fromInput: Tensor, weights: Tensor, h: Tensor, c: Tensor, mask: Tensor];

const recurrentOp = defineOp<Inputs>({
  name: 'CellsmithRecurrent',
  arity: 5,
  shape([fromInput, weights, h, c, mask], attributes, reject) {
    const [steps = 0, batch = 0, columns = 0] = fromInput.shape;
    const [hidden = 0] = weights.shape;
    const state = [batch, hidden];
    if (fromInput.shape.length !== 3 || !sameShape(weights.shape, [hidden, columns]))
      throw reject('products of the inputs are [steps, batch, columns] and weights [hidden, columns]');
    if (columns !== hidden * intOf(attributes, 'blocks'))
      throw reject(`${columns} columns are not ${intOf(attributes, 'blocks')} blocks of ${hidden}`);
    if (![h, c].every(({ shape }) => sameShape(shape, state)) || !isMask(mask, state))
      throw reject('h, c and a mask are [batch, hidden]');
    const { dtype } = fromInput;
    return [
      { dtype, shape: [steps, ...state] },
      { dtype, shape: [steps, ...state] },
      { dtype, shape: fromInput.shape },
    ];
  },
  gradient(node, dy, { dys, needs }) {
    const [fromInput, weights, h, c, mask] = node.inputs;
    if (dys[1] ?? dys[2]) throw refused('a loss that depends on c_t or on products with h');
    if (needs(2) || needs(3) || needs(4)) throw refused('the state before a window, or a mask');
    const gradient = emit(
      recurrentGradientOp,
      [dy, fromInput, outputAt(node, 2), weights, c, outputAt(node, 1), mask],
      node.attributes,
    );
    const ofHidden = outputAt(gradient, 1);
    return [
      outputAt(gradient, 0),
      { stackable: [rows(taken(outputAt(node, 0), h, mask)), rows(ofHidden)] },
      undefined,
      undefined,
      undefined,
    ];
  },
});

const recurrentGradientOp = defineOp<readonly [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]>({
  name: 'CellsmithRecurrentGradient',
  arity: 7,
  shape: ([, fromInput, fromHidden]) => [fromInput, fromHidden],
});

export const recurrentOps: readonly Op[] = [recurrentOp, recurrentGradientOp];

/** The result of a window. */
export interface RecurrentResult {
  /** h of every step, [steps, batch, hidden]. */
  readonly outputs: Tensor;
  /** h and c after the last step, [batch, hidden]; no gradient flows back through c. */
  readonly h: Tensor;
  readonly c: Tensor;
}

/**
 * Unrolls a cell over the steps of a window. Needs the custom kernels: see `hasCustomOps()`.
 * @param fromInput W x of all steps, [steps, batch, blocks · hidden]
 * @param weights U, [hidden, blocks · hidden]
 * @param start h and c before the first step, [batch, hidden], which have no gradient
 * @param mask dropout mask of h_{t−1}, [batch, hidden]
 */
export function recurrent(
  program: CellProgram,
  fromInput: Tensor,
  weights: Tensor,
  start: { readonly h: Tensor; readonly c: Tensor },
  mask?: Tensor,
): RecurrentResult {
  const { graph } = fromInput.node;
  const { operations } = kernelConstants();
  const none = (): Tensor => constant(graph, { dtype: 'float32', shape: [0], values: new Float32Array(0) });
  const node = emit(recurrentOp, [fromInput, weights, start.h, start.c, mask ?? none()], {
    blocks: { int: program.blocks },
    program: {
      ints: program.instructions.flatMap(({ operation, a, b }) => [operations.indexOf(operation), a, b]),
    },
    value_of_h: { int: program.h },
    value_of_c: { int: program.c },
  });
  const [outputs, cs] = [outputAt(node, 0), outputAt(node, 1)];
  return { outputs, h: lastStep(outputs), c: lastStep(cs) };
}

/** The masked h_{t−1} of every step, [steps, batch, hidden]. */
function taken(outputs: Tensor, h: Tensor, mask: Tensor): Tensor {
  const [steps = 0, ...state] = outputs.shape;
  const before = concat([expandDims(h, 0), slice(outputs, [0, 0, 0], [steps - 1, ...state])], 0);
  return sameShape(mask.shape, h.shape) ? mul(before, mask) : before;
}

function lastStep(x: Tensor): Tensor {
  const [steps = 0, ...state] = x.shape;
  return reshape(slice(x, [steps - 1, 0, 0], [1, ...state]), state);
}

/** [steps, batch, columns] as [steps · batch, columns]. */
function rows(x: Tensor): Tensor {
  return reshape(x, [-1, x.shape.at(-1) ?? 0]);
}

function isMask({ shape }: Tensor, state: Shape): boolean {
  return sameShape(shape, [0]) || sameShape(shape, state);
}

function refused(what: string): CellsmithError {
  return new CellsmithError('engine.graph', `CellsmithRecurrent has no gradient for ${what}.`);
}
