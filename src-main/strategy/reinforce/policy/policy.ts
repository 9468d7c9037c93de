import { CellsmithError } from '../../../../src-shared/errors';
import type { Generator } from '../../../../src-shared/random';
import {
  type Decision,
  type DecisionPoint,
  type SearchSpace,
  pointsOf,
} from '../../../../src-shared/search-space';
import { addGates, addProduct, addVector } from './kernels';
import {
  layoutOf,
  type Layout,
  createWorkspace,
  ensureOutputs,
  ensureSteps,
  type LayerTrace,
  type Workspace,
} from './layout';
import {
  bernoulliEntropy,
  boundLogits,
  logBernoulli,
  sampleIndex,
  softmax,
  softmaxEntropy,
  type LogitOptions,
  cellForward,
  sigmoid,
} from './layers';

export interface PolicyOptions extends LogitOptions {
  readonly hiddenUnits: number;
  readonly layers: number;
}

/** A sequence of decisions under the policy; see Proposal for the fields. */
export interface Walk {
  readonly decisions: readonly Decision[];
  readonly logProbabilities: readonly number[];
  readonly probabilities: readonly (readonly number[])[];
  readonly entropies: readonly number[];
}

/**
 * The controller's policy network (paper sections 3.1 and 3.3): an autoregressive LSTM that walks a search space. A step's
 * input is the embedding of what the step before picked, the first one's a learned start vector; the top layer's hidden
 * state feeds the softmax of the decision's name. An anchor point links layer j to layer i with probability
 * σ(vᵀ tanh(W_prev h_j + W_curr h_i)), h being the top hidden states at the two anchor steps.
 *
 * The paper does not say what follows an anchor point as input. Here: a learned anchor embedding plus a learned projection
 * of the mean of the selected h_j (nothing when none is selected), so that the next layer knows what was linked.
 */
export interface Policy {
  readonly space: SearchSpace;
  readonly options: PolicyOptions;
  readonly layout: Layout;
  /** Activations of the walk last asked for. */
  workspace: Workspace;
  /** Workspaces in turn, and which samples' activations they still hold: the gradient need not walk those again. */
  readonly workspaces: readonly Workspace[];
  readonly kept: Map<readonly Decision[], { readonly workspace: Workspace; readonly depth: number }>;
  /** Parameters in use, and W_input · embedding + bias of every embedding: most steps need no input product. */
  parameters: Float64Array;
  readonly inputTable: Float64Array;
}

/** @param keep samples whose activations are kept until the parameters change: memory for time, the result is the same */
export function createPolicy(space: SearchSpace, options: PolicyOptions, keep = 0): Policy {
  const layout = layoutOf(space, options.hiddenUnits, options.layers);
  const workspace = createWorkspace(layout);
  return {
    space,
    options,
    layout,
    workspace,
    workspaces: [workspace, ...Array.from({ length: keep }, () => createWorkspace(layout))],
    kept: new Map(),
    parameters: new Float64Array(layout.size),
    inputTable: new Float64Array(layout.rows * layout.hidden * 4),
  };
}

/** Makes the policy act by these parameters. To be called again whenever they have changed. */
export function useParameters(policy: Policy, parameters: Float64Array): void {
  const { hidden, rows, embeddings } = policy.layout;
  const first = policy.workspace.bottom.offsets;
  if (parameters.length !== policy.layout.size)
    throw new CellsmithError('internal', 'These parameters belong to another controller.');
  policy.parameters = parameters;
  policy.kept.clear();
  const table = policy.inputTable;
  for (let row = 0; row < rows; row++) {
    const at = row * hidden * 4;
    table.set(parameters.subarray(first.biases, first.biases + 4 * hidden), at);
    addGates(parameters, first.input, hidden, hidden, parameters, embeddings + row * hidden, table, at);
  }
}

/** Draws an architecture from the policy. */
export function sample(policy: Policy, depth: number, generator: Generator): Walk {
  const decisions: Decision[] = [];
  const workspace = keep(policy, decisions, depth);
  for (;;) {
    const point = policy.space.next(decisions, depth);
    if (point === undefined) return currentWalk(policy, decisions);
    forward(policy, decisions.length, decisions.at(-1), point);
    const at = workspace.outputAt[decisions.length] ?? 0;
    const { probabilities } = workspace;
    if (point.kind === 'choice')
      decisions.push(sampleIndex(probabilities, at, point.options.length, generator.uniform()));
    else
      decisions.push(
        point.candidates.map((_, k) => (generator.uniform() < (probabilities[at + k] ?? 0) ? 1 : 0)),
      );
  }
}

/** A workspace for a new sample: a free one, or that of the oldest kept. The first is left to walks of other origin. */
function keep(policy: Policy, decisions: readonly Decision[], depth: number): Workspace {
  const { kept, workspaces } = policy;
  const room = workspaces.length - 1;
  if (room > 0) {
    const oldest = kept.size < room ? undefined : kept.entries().next().value;
    policy.workspace = oldest?.[1].workspace ?? workspaces[kept.size + 1] ?? policy.workspace;
    if (oldest !== undefined) kept.delete(oldest[0]);
    kept.set(decisions, { workspace: policy.workspace, depth });
  }
  return policy.workspace;
}

/**
 * What the policy thinks of given decisions.
 * @throws CellsmithError 'architecture.invalid' when they are no complete walk of the space
 */
export function score(policy: Policy, depth: number, decisions: readonly Decision[]): Walk {
  walk(policy, depth, decisions);
  return currentWalk(policy, decisions);
}

/** Leaves the activations of a walk along given decisions in the workspace. Throws as {@link score}. */
export function walk(policy: Policy, depth: number, decisions: readonly Decision[]): void {
  const known = policy.kept.get(decisions);
  if (known?.depth === depth) {
    policy.workspace = known.workspace;
    return;
  }
  policy.workspace = policy.workspaces[0] ?? policy.workspace;
  const points = pointsOf(policy.space, depth, decisions);
  for (const [step, point] of points.entries()) forward(policy, step, decisions[step - 1], point);
}

/** ln P of the decision at a step of the walk in the workspace. */
function logProbability(workspace: Workspace, step: number, decision: Decision): number {
  const at = workspace.outputAt[step] ?? 0;
  if (typeof decision === 'number')
    return (workspace.logits[at + decision] ?? 0) - (workspace.logNormaliser[step] ?? 0);
  return decision.reduce((sum, bit, k) => sum + logBernoulli(workspace.logits[at + k] ?? 0, bit), 0);
}

/** Entropy of a step of the walk in the workspace, nats. */
export function entropy(workspace: Workspace, step: number): number {
  const { logits, probabilities, outputAt, logNormaliser } = workspace;
  const at = outputAt[step] ?? 0;
  const end = outputAt[step + 1] ?? 0;
  if (workspace.points[step]?.kind === 'choice')
    return softmaxEntropy(logits, probabilities, at, end - at, logNormaliser[step] ?? 0);
  let sum = 0;
  for (let k = at; k < end; k++) sum += bernoulliEntropy(logits[k] ?? 0, probabilities[k] ?? 0);
  return sum;
}

/** The walk along these decisions that is in the workspace. */
export function currentWalk({ workspace }: Policy, decisions: readonly Decision[]): Walk {
  const { outputAt, probabilities } = workspace;
  return {
    decisions,
    logProbabilities: decisions.map((decision, step) => logProbability(workspace, step, decision)),
    probabilities: decisions.map((_, step) =>
      Array.from(probabilities.subarray(outputAt[step] ?? 0, outputAt[step + 1] ?? 0)),
    ),
    entropies: decisions.map((_, step) => entropy(workspace, step)),
  };
}

/** One step: input, LSTM layers, and the logits and probabilities of the point. */
function forward(policy: Policy, step: number, previous: Decision | undefined, point: DecisionPoint): void {
  const { layout, workspace, parameters } = policy;
  const { hidden } = layout;
  ensureSteps(workspace, hidden, step + 1);
  workspace.points[step] = point;
  const outputs = point.kind === 'choice' ? point.options.length : point.candidates.length;
  const at = workspace.outputAt[step] ?? 0;
  ensureOutputs(workspace, hidden, at + outputs);
  workspace.outputAt[step + 1] = at + outputs;

  enter(policy, step, previous);
  const before = step * hidden;
  const gatesAt = 4 * before;
  let below: LayerTrace | undefined;
  for (const trace of workspace.layers) {
    const { input, recurrent, biases } = trace.offsets;
    const { gates, h } = trace;
    if (below !== undefined) {
      for (let z = 0; z < 4 * hidden; z++) gates[gatesAt + z] = parameters[biases + z] ?? 0;
      addGates(parameters, input, hidden, hidden, below.h, before + hidden, gates, gatesAt);
    }
    if (step > 0) addGates(parameters, recurrent, hidden, hidden, h, before, gates, gatesAt);
    cellForward(hidden, gates, gatesAt, trace.c, before, before + hidden, h, trace.tanhC, before);
    below = trace;
  }
  if (point.kind === 'choice') decide(policy, step, point.name, point.options.length, point.allowed);
  else attend(policy, step, point.candidates);
}

/** Puts the first layer's input product into its gates. */
function enter(policy: Policy, step: number, previous: Decision | undefined): void {
  const { layout, workspace, inputTable, parameters } = policy;
  const { hidden, anchors } = layout;
  const { gates, offsets } = workspace.bottom;
  const gatesAt = step * hidden * 4;
  const point = workspace.points[step - 1];
  let row = layout.startRow;
  if (typeof previous === 'number') row = (layout.heads.get(point?.name ?? '')?.firstRow ?? 0) + previous;
  else if (previous !== undefined) row = layout.anchorRow;
  workspace.inputRow[step] = row;
  for (let z = 0; z < 4 * hidden; z++) gates[gatesAt + z] = inputTable[row * hidden * 4 + z] ?? 0;

  workspace.selectionOf[step] = -1;
  if (typeof previous !== 'object' || point?.kind !== 'anchor' || anchors === undefined) return;
  const selected = previous.reduce((sum, bit) => sum + bit, 0);
  if (selected === 0) return;
  const { mean, projected } = workspace;
  const at = step * hidden;
  mean.fill(0, at, at + hidden);
  projected.fill(0, at, at + hidden);
  for (let k = 0; k < previous.length; k++)
    if (previous[k] === 1)
      addVector(workspace.top.h, ((point.candidates[k] ?? 0) + 1) * hidden, hidden, mean, at);
  for (let u = at; u < at + hidden; u++) mean[u] = (mean[u] ?? 0) / selected;
  addProduct(parameters, anchors.selection, hidden, hidden, mean, at, projected, at);
  addGates(parameters, offsets.input, hidden, hidden, projected, at, gates, gatesAt);
  workspace.selectionOf[step] = step - 1;
}

/** Softmax of the named head. */
function decide(
  policy: Policy,
  step: number,
  name: string,
  count: number,
  allowed: readonly boolean[] | undefined,
): void {
  const { layout, workspace, parameters, options } = policy;
  const head = layout.heads.get(name);
  if (head?.options !== count)
    throw new CellsmithError(
      'internal',
      `The vocabulary of the search space does not hold '${name}' as it is asked for.`,
    );
  const { logits, probabilities, outputAt } = workspace;
  const at = outputAt[step] ?? 0;
  for (let k = 0; k < count; k++) logits[at + k] = parameters[head.biases + k] ?? 0;
  addProduct(
    parameters,
    head.weights,
    count,
    layout.hidden,
    workspace.top.h,
    (step + 1) * layout.hidden,
    logits,
    at,
  );
  boundLogits(logits, at, count, options);
  workspace.logNormaliser[step] = softmax(logits, probabilities, at, count, allowed);
}

/** Set-selection attention: a Bernoulli for each candidate. */
function attend(policy: Policy, step: number, candidates: readonly number[]): void {
  const { layout, workspace, parameters, options } = policy;
  const { hidden, anchors } = layout;
  if (anchors === undefined)
    throw new CellsmithError('internal', 'The search space says that it has no anchor points.');
  const { logits, probabilities, previous, current, attention, outputAt } = workspace;
  const row = step * hidden;
  previous.fill(0, row, row + hidden);
  current.fill(0, row, row + hidden);
  addProduct(parameters, anchors.previous, hidden, hidden, workspace.top.h, row + hidden, previous, row);
  addProduct(parameters, anchors.current, hidden, hidden, workspace.top.h, row + hidden, current, row);
  const at = outputAt[step] ?? 0;
  for (let k = 0; k < candidates.length; k++) {
    const from = (candidates[k] ?? 0) * hidden;
    const to = (at + k) * hidden;
    let logit = 0;
    for (let u = 0; u < hidden; u++) {
      const squashed = Math.tanh((previous[from + u] ?? 0) + (current[row + u] ?? 0));
      attention[to + u] = squashed;
      logit += (parameters[anchors.v + u] ?? 0) * squashed;
    }
    logits[at + k] = logit;
  }
  boundLogits(logits, at, candidates.length, options);
  for (let k = at; k < at + candidates.length; k++) probabilities[k] = sigmoid(logits[k] ?? 0);
}
