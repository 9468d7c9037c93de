import type { Tensor } from '../../engine/graph';
import type { CellProgram } from '../../engine/ops/cell-graph';
import type { Initializer } from '../../engine/variables';

/** What a cell hands to its next step, each [batch, hidden]. */
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
