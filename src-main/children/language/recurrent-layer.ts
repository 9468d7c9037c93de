import type { Graph, Tensor } from '../../engine/graph';
import { biasAdd } from '../../engine/ops/activation';
import { mul } from '../../engine/ops/arithmetic';
import { reshape } from '../../engine/ops/broadcast';
import { cellStep } from '../../engine/ops/cell-graph';
import { pack, split } from '../../engine/ops/layout';
import { matMul } from '../../engine/ops/matrix';
import { recurrent } from '../../engine/ops/recurrent';
import { type Initializer, readVariable, variable } from '../../engine/variables';
import type { CellForm, CellState } from './cell-form';

/** The output of a recurrent layer over a window. */
export interface Unrolled {
  /** h of every step, [steps, batch, hidden]. */
  readonly outputs: Tensor;
  /** The state after the last step. */
  readonly state: CellState;
}

/**
 * A cell over the steps of a window.
 * @param inputs [steps, batch, hidden]
 * @param start the state before the first step
 * @param recurrentMask multiplied with h at the input of each step, [batch, hidden]
 */
export type RecurrentLayer = (inputs: Tensor, start: CellState, recurrentMask?: Tensor) => Unrolled;

/**
 * A recurrent layer with weights `name/input` [hidden, blocks · hidden], `name/hidden` of the same shape, and where the cell has
 * one `name/bias` [blocks · hidden].
 *
 * The product of the inputs is one for all steps; that of the hidden state is one a step for all blocks.
 *
 * @param customOps whether the steps are one custom op, else nodes per step
 */
export function recurrentLayer(
  graph: Graph,
  name: string,
  form: CellForm,
  hidden: number,
  initial: Initializer,
  customOps: boolean,
): RecurrentLayer {
  const columns = form.program.blocks * hidden;
  const inputWeights = variable(graph, `${name}/input`, [hidden, columns], { initial });
  const hiddenWeights = variable(graph, `${name}/hidden`, [hidden, columns], { initial });
  const bias = form.bias ? variable(graph, `${name}/bias`, [columns], { initial: form.bias }) : undefined;
  return (inputs, start, recurrentMask) => {
    const [steps = 0, batch = 0] = inputs.shape;
    const products = matMul(reshape(inputs, [steps * batch, hidden]), readVariable(inputWeights));
    const fromInput = bias ? biasAdd(products, readVariable(bias)) : products;
    const weights = readVariable(hiddenWeights);
    if (customOps) {
      const { h, c = h } = start;
      const all = reshape(fromInput, [steps, batch, columns]);
      const made = recurrent(form.program, all, weights, { h, c }, recurrentMask);
      return { outputs: made.outputs, state: form.hasC ? { h: made.h, c: made.c } : { h: made.h } };
    }
    const fromInputs = split(fromInput, steps, 0);
    let state = start;
    const outputs = fromInputs.map((ofStep): Tensor => {
      const taken = recurrentMask ? mul(state.h, recurrentMask) : state.h;
      const { h, c } = cellStep(
        form.program,
        ofStep,
        matMul(taken, weights),
        form.hasC ? state.c : undefined,
      );
      state = c ? { h, c } : { h };
      return h;
    });
    return { outputs: pack(outputs), state };
  };
}
