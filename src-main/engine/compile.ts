import type { Graph, GraphNode, Tensor, Variable } from './graph';
import { gradients } from './gradients';
import { add, addN, div, l2Loss, mul, scale, sqrt } from './ops/arithmetic';
import { maximum } from './ops/logic';
import { seedOf } from './ops/random';
import { constant, identity, placeholder } from './ops/source';
import type { Descent, Optimizer } from './optimizers';
import { assign, readVariable } from './variables';

/** How an optimiser minimises a loss. */
export interface Descending {
  readonly optimizer: Optimizer;
  /** float32 [], commonly a placeholder of the train signature. */
  readonly learningRate: Tensor;
  /** All trainable variables of the graph when absent. */
  readonly variables?: readonly Variable[];
  /** L2: `rate` · w is added to the gradient of those variables w, after clipping. */
  readonly weightDecay?: { readonly rate: number; readonly of: (variable: Variable) => boolean };
  /** Clips the global gradient norm. */
  readonly clipNorm?: number;
}

/** True for weights (kernels, embeddings), false for biases and for batch normalisation's scale and offset. */
export function isKernel(variable: Variable): boolean {
  return variable.shape.length > 1;
}

/** Adds one step of training: gradients, clipping, decay, updates. */
function minimize(
  loss: Tensor,
  { optimizer, learningRate, variables, weightDecay, clipNorm }: Descending,
): {
  readonly updates: readonly GraphNode[];
  /** The global gradient norm before clipping, float32 []. */
  readonly gradientNorm: Tensor;
} {
  const { graph } = loss.node;
  const targets = variables ?? graph.variables.filter(({ trainable }) => trainable);
  const raw = gradients(
    loss,
    targets.map((target) => readVariable(target)),
  );
  const gradientNorm = sqrt(scale(addN(raw.map((gradient) => l2Loss(gradient))), 2));
  const factor =
    clipNorm === undefined
      ? undefined
      : div(constant(graph, clipNorm), maximum(gradientNorm, constant(graph, clipNorm)));
  const clipped = (gradient: Tensor): Tensor => (factor ? mul(gradient, factor) : gradient);
  const decays = (target: Variable): boolean =>
    weightDecay !== undefined && weightDecay.rate > 0 && weightDecay.of(target);
  const descents = targets.flatMap((target, i): readonly Descent[] => {
    const gradient = raw[i];
    return gradient ? [{ target, gradient }] : [];
  });
  // Without decay the optimiser gets the factor, which it may apply more cheaply than to every gradient.
  if (!weightDecay || !targets.some(decays)) {
    return { updates: optimizer(descents, learningRate, factor), gradientNorm };
  }
  const decayed = descents.map(({ target, gradient }) => ({
    target,
    gradient: decays(target)
      ? add(clipped(gradient), scale(readVariable(target), weightDecay.rate))
      : clipped(gradient),
  }));
  return { updates: optimizer(decayed, learningRate), gradientNorm };
}

/** Inputs and outputs of a signature, by name. */
export interface Call {
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly outputs: Readonly<Record<string, Tensor>>;
}

/** A graph with a loss and, usually, an evaluation. */
export interface Model {
  readonly graph: Graph;
  /** `inputs` includes the learning rate and the dropout seed if they are fed; `outputs` need not include the loss. */
  readonly train: Call & Descending & { readonly loss: Tensor; readonly updates?: readonly GraphNode[] };
  readonly evaluate?: Call;
}

/**
 * Completes a graph for `openSession`. Its signatures are then
 * - `init` {seed: int32 [2]} → {done}: initialises all variables that have an initialiser, as a function of the seed only;
 * - `train` {train.inputs} → {train.outputs, loss, gradient_norm}: one step; outputs are computed before the update;
 * - `evaluate` {evaluate.inputs} → {evaluate.outputs};
 * - `read` {} → {each saved variable by name}; `assign` {each saved variable by name} → {done}: checkpoints. Slots of the
 *   optimiser and moving averages are among them.
 */
export function compileModel({ graph, train, evaluate }: Model): void {
  const { updates, gradientNorm } = minimize(train.loss, train);
  const step = [...updates, ...(train.updates ?? [])];
  graph.addSignature('train', {
    inputs: train.inputs,
    outputs: { ...train.outputs, loss: identity(train.loss, { after: step }), gradient_norm: gradientNorm },
  });
  if (evaluate) graph.addSignature('evaluate', evaluate);
  addInitSignature(graph);
  addCheckpointSignatures(graph);
}

/** Adds the signature `init` {seed: int32 [2]} → {done: int32 []}. */
function addInitSignature(graph: Graph): void {
  const seed = placeholder(graph, 'init/seed', [2], 'int32');
  const assignments = graph.variables.flatMap((target, stream) =>
    target.initial ? [assign(target, target.initial(seedOf(seed, stream), target.shape))] : [],
  );
  graph.addSignature('init', { inputs: { seed }, outputs: { done: done(graph, assignments) } });
}

/** Adds the signatures `read` and `assign` for all saved variables, by name. */
function addCheckpointSignatures(graph: Graph): void {
  const saved = graph.variables.filter((variable) => variable.saved);
  graph.addSignature('read', {
    inputs: {},
    outputs: Object.fromEntries(saved.map((variable) => [variable.name, readVariable(variable)])),
  });
  addAssignSignature(graph, 'assign', saved);
}

/** Adds a signature {each variable by name} → {done: int32 []} that sets them all. */
export function addAssignSignature(graph: Graph, name: string, variables: readonly Variable[]): void {
  const fed = variables.map((target) => {
    const value = placeholder(graph, `${name}/${target.name}`, target.shape, target.dtype);
    return { target, value, assignment: assign(target, value) };
  });
  graph.addSignature(name, {
    inputs: Object.fromEntries(fed.map(({ target, value }) => [target.name, value])),
    outputs: {
      done: done(
        graph,
        fed.map(({ assignment }) => assignment),
      ),
    },
  });
}

/** A tensor to fetch that is ready once the nodes have run. */
function done(graph: Graph, nodes: readonly GraphNode[]): Tensor {
  return identity(constant(graph, 1, 'int32'), { after: nodes });
}
