import type { Tensor } from '../../engine/graph';
import type { CellProgram } from '../../engine/ops/recurrent';
import type { Initializer } from '../../engine/variables';

/** What a cell hands to its next step, each [batch, hidden]. */
export interface CellState {
  /** h_t, which is also the cell's output. */
  readonly h: Tensor;
  /** c_t; absent for cells without one. */
  readonly c?: Tensor;
}

/**
 * A cell as nodes of a graph. It is told nothing of weights: one product of x_t and one of h_{t−1} are made for all its blocks at
 * once, and it is given both.
 */
export interface CellForm {
  /** How many blocks of [hidden] columns x_t and h_{t−1} are multiplied into. */
  readonly blocks: number;
  /** How the bias of [blocks · hidden] that is added to the product of x_t starts; absent where there is none. */
  readonly bias?: Initializer;
  readonly hasC: boolean;
  /**
   * One step.
   * @param fromInput W x_t, [batch, blocks · hidden]
   * @param fromHidden U h_{t−1}, of the same shape
   * @param c c_{t−1}, [batch, hidden]
   */
  readonly step: (fromInput: Tensor, fromHidden: Tensor, c: Tensor | undefined) => CellState;
  /** The same as a program for the custom kernel, which computes a whole window. A cell without c passes c through. */
  readonly program: CellProgram;
}
