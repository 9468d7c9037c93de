import type { Generator } from '../../../../src-shared/random';
import type { SearchSpace, DecisionPoint } from '../../../../src-shared/search-space';
import { CellsmithError } from '../../../../src-shared/errors';

/** One matrix of the policy: where it lies in the flat vector of parameters. */
interface Block {
  readonly name: string;
  readonly offset: number;
  readonly shape: readonly number[];
}

/** A softmax of the policy: [options, hidden] weights, [options] biases, and where its options' embeddings start. */
interface Head {
  readonly options: number;
  readonly weights: number;
  readonly biases: number;
  /** Row of the embedding table of its first option. */
  readonly firstRow: number;
}

/** One LSTM layer: [unit, input, gate] weights on the layer below, [unit, unit, gate] on itself, [unit, gate] biases. */
interface LayerOffsets {
  readonly input: number;
  readonly recurrent: number;
  readonly biases: number;
}

/** Set-selection attention (paper section 3.3), and what the step after an anchor sees of its selection. */
export interface AnchorOffsets {
  /** W_prev and W_curr, [hidden, hidden]; v, [hidden]. */
  readonly previous: number;
  readonly current: number;
  readonly v: number;
  /** Projection of the mean of the selected hidden states, [hidden, hidden]. */
  readonly selection: number;
}

/**
 * Where everything lies in the flat vector of the policy's parameters. Flat, so that parameter-server shards can hold
 * slices of it and the optimiser need not know what it moves.
 */
export interface Layout {
  readonly hidden: number;
  readonly size: number;
  readonly blocks: readonly Block[];
  readonly lstm: readonly LayerOffsets[];
  /** Embeddings, [rows, hidden]: row 0 is the start vector, row 1 the anchor's (if any), then every head's options. */
  readonly embeddings: number;
  readonly rows: number;
  readonly startRow: number;
  readonly anchorRow: number;
  readonly heads: ReadonlyMap<string, Head>;
  readonly anchors: AnchorOffsets | undefined;
}

/** Lays the parameters out for a space. The order of the blocks is part of the checkpoint format. */
export function layoutOf(space: SearchSpace, hidden: number, layers: number): Layout {
  const blocks: Block[] = [];
  let size = 0;
  const block = (name: string, ...shape: number[]): number => {
    const offset = size;
    blocks.push({ name, offset, shape });
    size += shape.reduce((product, side) => product * side, 1);
    return offset;
  };

  const lstm: LayerOffsets[] = [];
  for (let layer = 0; layer < layers; layer++) {
    lstm.push({
      input: block(`lstm${layer}.input`, hidden, hidden, 4),
      recurrent: block(`lstm${layer}.recurrent`, hidden, hidden, 4),
      biases: block(`lstm${layer}.biases`, hidden, 4),
    });
  }
  // Sorted, so that the order in which a space happens to name its heads does not matter.
  const vocabulary = Object.entries(space.vocabulary).sort(([a], [b]) => (a < b ? -1 : 1));
  const heads = new Map<string, Head>();
  let rows = space.hasAnchors ? 2 : 1;
  for (const [name, { length }] of vocabulary) {
    const weights = block(`head.${name}.weights`, length, hidden);
    heads.set(name, {
      options: length,
      weights,
      biases: block(`head.${name}.biases`, length),
      firstRow: rows,
    });
    rows += length;
  }
  const embeddings = block('embeddings', rows, hidden);
  const anchors = space.hasAnchors
    ? {
        previous: block('anchor.previous', hidden, hidden),
        current: block('anchor.current', hidden, hidden),
        v: block('anchor.v', hidden),
        selection: block('anchor.selection', hidden, hidden),
      }
    : undefined;
  return { hidden, size, blocks, lstm, embeddings, rows, startRow: 0, anchorRow: 1, heads, anchors };
}

/** All weights uniform in [-range, range] (paper section 4.1: 0.08). */
export function initialParameters(layout: Layout, range: number, generator: Generator): Float64Array {
  const parameters = new Float64Array(layout.size);
  for (let i = 0; i < parameters.length; i++) parameters[i] = (2 * generator.uniform() - 1) * range;
  return parameters;
}

/** Activations of one LSTM layer over a sequence. Row 0 of `h` and `c` is the zero state before the first step. */
export interface LayerTrace {
  readonly offsets: LayerOffsets;
  /** [steps + 1, hidden] */
  h: Float64Array;
  c: Float64Array;
  /** [steps, hidden, gate], after their nonlinearities. */
  gates: Float64Array;
  /** [steps, hidden] */
  tanhC: Float64Array;
}

/**
 * All activations of the sequence walked last: what the gradient needs. One workspace serves every sequence and only
 * ever grows, so that a walk allocates nothing for the network.
 */
export interface Workspace {
  points: DecisionPoint[];
  readonly layers: readonly LayerTrace[];
  readonly bottom: LayerTrace;
  /** The last of them: its hidden states are what heads and anchors see. */
  readonly top: LayerTrace;
  /** Row of the embedding table that was each step's input, [steps]. */
  inputRow: Int32Array;
  /** Anchor whose selection was added to a step's input: its position, or -1, [steps]. */
  selectionOf: Int32Array;
  /** Mean of the selected hidden states and its projection, for those steps, [steps, hidden]. */
  mean: Float64Array;
  projected: Float64Array;
  /** W_prev h and W_curr h of anchor steps, [steps, hidden]. */
  previous: Float64Array;
  current: Float64Array;
  /** Where a step's options (or candidates) start in the arrays below, [steps + 1]. */
  outputAt: Int32Array;
  /** Logits after temperature and tanh constant, and probabilities, [outputs]. */
  logits: Float64Array;
  probabilities: Float64Array;
  /** Of a softmax: ln of its normaliser, [steps]. */
  logNormaliser: Float64Array;
  /** tanh(W_prev h_j + W_curr h_i) of each candidate, [outputs, hidden]; unused for options of a softmax. */
  attention: Float64Array;
}

export function createWorkspace(layout: Layout): Workspace {
  const empty = (): Float64Array => new Float64Array(0);
  const layers = layout.lstm.map((offsets) => ({
    offsets,
    h: empty(),
    c: empty(),
    gates: empty(),
    tanhC: empty(),
  }));
  const bottom = layers.at(0);
  const top = layers.at(-1);
  if (bottom === undefined || top === undefined)
    throw new CellsmithError('internal', 'A controller needs at least one LSTM layer.');
  const workspace: Workspace = {
    points: [],
    layers,
    bottom,
    top,
    inputRow: new Int32Array(0),
    selectionOf: new Int32Array(0),
    mean: empty(),
    projected: empty(),
    previous: empty(),
    current: empty(),
    outputAt: new Int32Array(1),
    logits: empty(),
    probabilities: empty(),
    logNormaliser: empty(),
    attention: empty(),
  };
  ensureSteps(workspace, layout.hidden, 64);
  ensureOutputs(workspace, layout.hidden, 256);
  return workspace;
}

/** Makes room for `steps` steps, keeping what is there. */
export function ensureSteps(workspace: Workspace, hidden: number, steps: number): void {
  if (workspace.inputRow.length >= steps) return;
  const room = Math.max(steps, 2 * workspace.inputRow.length);
  for (const layer of workspace.layers) {
    layer.h = grown(layer.h, (room + 1) * hidden);
    layer.c = grown(layer.c, (room + 1) * hidden);
    layer.gates = grown(layer.gates, room * hidden * 4);
    layer.tanhC = grown(layer.tanhC, room * hidden);
  }
  workspace.mean = grown(workspace.mean, room * hidden);
  workspace.projected = grown(workspace.projected, room * hidden);
  workspace.previous = grown(workspace.previous, room * hidden);
  workspace.current = grown(workspace.current, room * hidden);
  workspace.logNormaliser = grown(workspace.logNormaliser, room);
  workspace.inputRow = grownIndices(workspace.inputRow, room);
  workspace.selectionOf = grownIndices(workspace.selectionOf, room);
  workspace.outputAt = grownIndices(workspace.outputAt, room + 1);
}

/** Makes room for `outputs` options and candidates in all, keeping what is there. */
export function ensureOutputs(workspace: Workspace, hidden: number, outputs: number): void {
  if (workspace.logits.length >= outputs) return;
  const room = Math.max(outputs, 2 * workspace.logits.length);
  workspace.logits = grown(workspace.logits, room);
  workspace.probabilities = grown(workspace.probabilities, room);
  workspace.attention = grown(workspace.attention, room * hidden);
}

function grown(from: Float64Array, length: number): Float64Array {
  const to = new Float64Array(length);
  to.set(from);
  return to;
}

function grownIndices(from: Int32Array, length: number): Int32Array {
  const to = new Int32Array(length);
  to.set(from);
  return to;
}
