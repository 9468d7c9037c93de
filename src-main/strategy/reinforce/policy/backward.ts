import type { Policy } from './policy';

/** Buffers of the backward pass; one serves every batch. */
export interface Backward {
  /** Gradients of the pre-activations of each layer, [steps, hidden, gate]. */
  dGates: Float64Array[];
  /** Gradients of the top layer's hidden states from heads and anchors, of W_prev h, [steps, hidden]. */
  dTop: Float64Array;
  dPrevious: Float64Array;
  /** Steps whose input holds a selection: their gate gradients and projected means, packed. */
  selectedGates: Float64Array;
  selectedInputs: Float64Array;
  /** Gradient of W_input · embedding of every row, over the batch, [rows, hidden, gate]. */
  readonly dTable: Float64Array;
  /** What later steps send back, [layers, hidden]; single vectors, [hidden]; [options]; see addGatesOuter. */
  readonly dHidden: Float64Array;
  readonly dCell: Float64Array;
  readonly dBelow: Float64Array;
  readonly dCurrent: Float64Array;
  readonly dMean: Float64Array;
  readonly dLogits: Float64Array;
  scratch: Float64Array;
  capacity: number;
}

export function createBackward({ layout }: Policy): Backward {
  const { hidden, rows, lstm, heads } = layout;
  const none = new Float64Array(0);
  return {
    dGates: lstm.map(() => none),
    dTop: none,
    dPrevious: none,
    selectedGates: none,
    selectedInputs: none,
    dTable: new Float64Array(rows * hidden * 4),
    dHidden: new Float64Array(lstm.length * hidden),
    dCell: new Float64Array(lstm.length * hidden),
    dBelow: new Float64Array(hidden),
    dCurrent: new Float64Array(hidden),
    dMean: new Float64Array(hidden),
    dLogits: new Float64Array(Math.max(0, ...[...heads.values()].map((head) => head.options))),
    scratch: new Float64Array(4 * rows),
    capacity: 0,
  };
}

/** Makes room for sequences of `steps` steps. */
export function ensureBackward(backward: Backward, { layout }: Policy, steps: number): void {
  if (backward.capacity >= steps) return;
  const { hidden, rows, lstm } = layout;
  backward.capacity = steps;
  backward.dGates = lstm.map(() => new Float64Array(steps * hidden * 4));
  backward.dTop = new Float64Array(steps * hidden);
  backward.dPrevious = new Float64Array(steps * hidden);
  backward.selectedGates = new Float64Array(steps * hidden * 4);
  backward.selectedInputs = new Float64Array(steps * hidden);
  backward.scratch = new Float64Array(4 * Math.max(rows, steps));
}
