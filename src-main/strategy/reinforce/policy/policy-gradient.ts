import type { AnchorPoint, Decision, DecisionPoint } from '../../../../src-shared/search-space';
import {
  addGatesOuter,
  addGatesTransposed,
  addOuterProduct,
  addTransposedProduct,
  addVector,
} from './kernels';
import { ensureBackward, type Backward } from './backward';
import type { AnchorOffsets } from './layout';
import { bernoulliGradient, softmaxGradient, cellBackward } from './layers';
import { currentWalk, entropy, walk, type Policy, type Walk } from './policy';

/** Decisions that were really sampled, and what their log-probability counts. */
export interface WeightedDecisions {
  readonly depth: number;
  readonly decisions: readonly Decision[];
  /** Factor of Σ_t ln P(a_t | a_<t): the advantage over m. */
  readonly weight: number;
}

/**
 * Adds to `gradient` the gradient by the parameters of Σ_k (weight_k Σ_t ln P(a_t | a_<t) + entropyWeight Σ_t H_t), by
 * backpropagation through time along the given decisions: nothing is sampled again, nothing is discounted over tokens.
 * The entropy H_t is that of step t's distribution, given the decisions before it.
 * @param observe sees the distributions along the decisions of each
 * @returns mean entropy of the batch, nats a decision
 * @throws CellsmithError 'architecture.invalid' when decisions are no complete walk of the space
 */
export function addPolicyGradient(
  policy: Policy,
  backward: Backward,
  batch: readonly WeightedDecisions[],
  entropyWeight: number,
  gradient: Float64Array,
  observe?: (points: readonly DecisionPoint[], walk: Walk) => void,
): number {
  backward.dTable.fill(0);
  let entropies = 0;
  let count = 0;
  for (const { depth, decisions, weight } of batch) {
    walk(policy, depth, decisions);
    for (let step = 0; step < decisions.length; step++) entropies += entropy(policy.workspace, step);
    count += decisions.length;
    observe?.(policy.workspace.points.slice(0, decisions.length), currentWalk(policy, decisions));
    ensureBackward(backward, policy, decisions.length);
    backpropagate(policy, backward, decisions, weight, entropyWeight, gradient);
  }
  addTableGradient(policy, backward, gradient);
  return count === 0 ? 0 : entropies / count;
}

function backpropagate(
  policy: Policy,
  backward: Backward,
  decisions: readonly Decision[],
  weight: number,
  entropyWeight: number,
  gradient: Float64Array,
): void {
  const { layout, workspace, parameters } = policy;
  const { hidden } = layout;
  const { layers } = workspace;
  const { dGates, dTop, dPrevious, dHidden, dCell, dBelow, dTable, scratch } = backward;
  const steps = decisions.length;
  dTop.fill(0, 0, steps * hidden);
  dPrevious.fill(0, 0, steps * hidden);
  dHidden.fill(0);
  dCell.fill(0);
  let selections = 0;

  for (let step = steps - 1; step >= 0; step--) {
    const row = step * hidden;
    const decision = decisions[step] ?? 0;
    const point = workspace.points[step];
    if (typeof decision === 'number')
      leaveSoftmax(policy, backward, step, decision, weight, entropyWeight, gradient);
    else if (point?.kind === 'anchor' && layout.anchors !== undefined)
      leaveAnchor(policy, backward, layout.anchors, step, point, decision, weight, entropyWeight, gradient);

    for (let l = layers.length - 1; l >= 0; l--) {
      const trace = layers[l] ?? workspace.bottom;
      const dz = dGates[l] ?? dTable;
      const carry = l * hidden;
      // What reaches this hidden state: from the step after (already there), and from above.
      if (trace === workspace.top) addVector(dTop, row, hidden, dHidden, carry);
      else addVector(dBelow, 0, hidden, dHidden, carry);
      cellBackward(
        hidden,
        trace.gates,
        4 * row,
        trace.c,
        row,
        trace.tanhC,
        row,
        dHidden,
        carry,
        dCell,
        carry,
        dz,
        4 * row,
      );
      dHidden.fill(0, carry, carry + hidden);
      addGatesTransposed(parameters, trace.offsets.recurrent, hidden, hidden, dz, 4 * row, dHidden, carry);
      if (trace === workspace.bottom) continue;
      dBelow.fill(0);
      addGatesTransposed(parameters, trace.offsets.input, hidden, hidden, dz, 4 * row, dBelow, 0);
    }
    const dz = dGates[0] ?? dTable;
    addVector(dz, 4 * row, 4 * hidden, dTable, (workspace.inputRow[step] ?? 0) * hidden * 4);
    if ((workspace.selectionOf[step] ?? -1) >= 0)
      leaveSelection(policy, backward, step, decisions, selections++, gradient);
  }

  let below = workspace.bottom;
  for (let l = 0; l < layers.length; l++) {
    const trace = layers[l] ?? workspace.bottom;
    const dz = dGates[l] ?? dTable;
    const { input, recurrent, biases } = trace.offsets;
    // Row t of h is the state before step t.
    addGatesOuter(gradient, recurrent, hidden, hidden, dz, 0, trace.h, 0, steps, scratch);
    if (trace !== workspace.bottom) {
      addGatesOuter(gradient, input, hidden, hidden, dz, 0, below.h, hidden, steps, scratch);
      for (let t = 0; t < steps; t++) addVector(dz, t * hidden * 4, 4 * hidden, gradient, biases);
    }
    below = trace;
  }
  const { selectedGates, selectedInputs } = backward;
  const { input } = workspace.bottom.offsets;
  addGatesOuter(gradient, input, hidden, hidden, selectedGates, 0, selectedInputs, 0, selections, scratch);
}

/** Gradient of a choice: its head, and the hidden state below it. */
function leaveSoftmax(
  policy: Policy,
  backward: Backward,
  step: number,
  chosen: number,
  weight: number,
  entropyWeight: number,
  gradient: Float64Array,
): void {
  const { layout, workspace, parameters, options } = policy;
  const { hidden } = layout;
  const { dLogits, dTop } = backward;
  const head = layout.heads.get(workspace.points[step]?.name ?? '');
  if (head === undefined) return;
  const at = workspace.outputAt[step] ?? 0;
  const { logits, probabilities } = workspace;
  const logNormaliser = workspace.logNormaliser[step] ?? 0;
  const count = head.options;
  softmaxGradient(
    logits,
    probabilities,
    at,
    count,
    logNormaliser,
    chosen,
    weight,
    entropyWeight,
    options,
    dLogits,
  );
  addVector(dLogits, 0, count, gradient, head.biases);
  addOuterProduct(gradient, head.weights, count, hidden, dLogits, 0, workspace.top.h, (step + 1) * hidden);
  addTransposedProduct(parameters, head.weights, count, hidden, dLogits, 0, dTop, step * hidden);
}

/** Gradient of an anchor point: its bits, and what later anchors made of its hidden state. */
function leaveAnchor(
  policy: Policy,
  backward: Backward,
  anchors: AnchorOffsets,
  step: number,
  point: AnchorPoint,
  bits: readonly number[],
  weight: number,
  entropyWeight: number,
  gradient: Float64Array,
): void {
  const { layout, workspace, parameters, options } = policy;
  const { hidden } = layout;
  const { dTop, dPrevious, dCurrent } = backward;
  const { logits, probabilities, attention, outputAt } = workspace;
  const row = step * hidden;
  const h = row + hidden;
  dCurrent.fill(0);
  for (let k = 0; k < bits.length; k++) {
    const at = (outputAt[step] ?? 0) + k;
    const from = (point.candidates[k] ?? 0) * hidden;
    const logit = logits[at] ?? 0;
    const probability = probabilities[at] ?? 0;
    const dLogit = bernoulliGradient(logit, probability, bits[k] ?? 0, weight, entropyWeight, options);
    for (let u = 0; u < hidden; u++) {
      const squashed = attention[at * hidden + u] ?? 0;
      gradient[anchors.v + u] = (gradient[anchors.v + u] ?? 0) + dLogit * squashed;
      const slope = dLogit * (parameters[anchors.v + u] ?? 0) * (1 - squashed * squashed);
      dCurrent[u] = (dCurrent[u] ?? 0) + slope;
      dPrevious[from + u] = (dPrevious[from + u] ?? 0) + slope;
    }
  }
  const top = workspace.top.h;
  addOuterProduct(gradient, anchors.current, hidden, hidden, dCurrent, 0, top, h);
  addTransposedProduct(parameters, anchors.current, hidden, hidden, dCurrent, 0, dTop, row);
  addOuterProduct(gradient, anchors.previous, hidden, hidden, dPrevious, row, top, h);
  addTransposedProduct(parameters, anchors.previous, hidden, hidden, dPrevious, row, dTop, row);
}

/** Gradient of the mean of selected hidden states that was part of a step's input. */
function leaveSelection(
  policy: Policy,
  backward: Backward,
  step: number,
  decisions: readonly Decision[],
  slot: number,
  gradient: Float64Array,
): void {
  const { layout, workspace, parameters } = policy;
  const { hidden, anchors } = layout;
  const { dBelow, dMean, dTop, selectedGates, selectedInputs } = backward;
  const dz = backward.dGates[0] ?? selectedGates;
  const anchor = workspace.selectionOf[step] ?? 0;
  const point = workspace.points[anchor];
  const bits = decisions[anchor];
  if (anchors === undefined || point?.kind !== 'anchor' || typeof bits !== 'object') return;
  const row = step * hidden;
  selectedGates.set(dz.subarray(4 * row, 4 * (row + hidden)), slot * hidden * 4);
  selectedInputs.set(workspace.projected.subarray(row, row + hidden), slot * hidden);
  dBelow.fill(0);
  dMean.fill(0);
  addGatesTransposed(parameters, workspace.bottom.offsets.input, hidden, hidden, dz, 4 * row, dBelow, 0);
  addOuterProduct(gradient, anchors.selection, hidden, hidden, dBelow, 0, workspace.mean, row);
  addTransposedProduct(parameters, anchors.selection, hidden, hidden, dBelow, 0, dMean, 0);
  const selected = bits.reduce((sum, bit) => sum + bit, 0);
  for (let u = 0; u < hidden; u++) dMean[u] = (dMean[u] ?? 0) / selected;
  for (let k = 0; k < bits.length; k++)
    if (bits[k] === 1) addVector(dMean, 0, hidden, dTop, (point.candidates[k] ?? 0) * hidden);
}

/** From the gradient of the table of input products to that of the embeddings, the first layer's weights and biases. */
function addTableGradient(policy: Policy, backward: Backward, gradient: Float64Array): void {
  const { layout, parameters, workspace } = policy;
  const { hidden, rows, embeddings } = layout;
  const { input, biases } = workspace.bottom.offsets;
  const { dTable, scratch } = backward;
  addGatesOuter(gradient, input, hidden, hidden, dTable, 0, parameters, embeddings, rows, scratch);
  for (let row = 0; row < rows; row++) {
    const at = row * hidden * 4;
    addVector(dTable, at, 4 * hidden, gradient, biases);
    addGatesTransposed(parameters, input, hidden, hidden, dTable, at, gradient, embeddings + row * hidden);
  }
}
