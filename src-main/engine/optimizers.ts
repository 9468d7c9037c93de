import type { Graph, GraphNode, Tensor, Variable } from './graph';
import { defineOp, emit, type Op, sameShape, shapeOf } from './op';
import { mul, scale, sqrt, sub } from './ops/arithmetic';
import { filled } from './ops/broadcast';
import { constant } from './ops/source';
import { assign, readVariable, variable } from './variables';

/** A variable and its gradient. */
export interface Descent {
  readonly target: Variable;
  /** Of the variable's shape. */
  readonly gradient: Tensor;
}

/**
 * Adds the nodes that update variables, and their slots (saved variables that are not trained).
 * @param learningRate float32 []
 * @param factor float32 [], multiplied with all gradients; for clipping
 */
export type Optimizer = (
  descents: readonly Descent[],
  learningRate: Tensor,
  factor?: Tensor,
) => readonly GraphNode[];

/** An update op. Its inputs are the handles of the variable and its slots, then numbers, the gradient among them. */
function updateOp(name: string, handles: number, gradientAt: number): Op {
  return defineOp({
    name,
    typed: { T: gradientAt },
    shape(inputs, _attributes, reject) {
      const gradient = inputs[gradientAt];
      const held = inputs.slice(0, handles).map(({ node }) => shapeOf(node.attributes, 'shape'));
      if (!gradient || held.some((shape) => !sameShape(shape, gradient.shape))) {
        throw reject(
          `the variable and its slots hold ${held.map((shape) => `[${shape.join(', ')}]`).join(', ')}`,
        );
      }
      return [];
    },
  });
}

const applyGradientDescentOp = updateOp('ResourceApplyGradientDescent', 1, 2);
const applyMomentumOp = updateOp('ResourceApplyMomentum', 2, 3);
const applyAdamOp = updateOp('ResourceApplyAdam', 3, 9);

export const updateOps: readonly Op[] = [applyGradientDescentOp, applyMomentumOp, applyAdamOp];

/** w ← w − lr · g */
export function sgd(): Optimizer {
  return (descents, learningRate, factor) => {
    // Scaling the learning rate scales all gradients without a pass over them.
    const rate = factor ? mul(learningRate, factor) : learningRate;
    return descents.map(({ target, gradient }) =>
      emit(applyGradientDescentOp, [target.handle, rate, gradient]),
    );
  };
}

/**
 * a ← μ · a + g, then w ← w − lr · a, or with Nesterov w ← w − lr · (g + μ · a). This is PyTorch's form (torch.optim.SGD);
 * Keras' keeps lr · a in its slot instead, which is equivalent while the rate is constant.
 */
export function momentum(options: { readonly momentum: number; readonly nesterov: boolean }): Optimizer {
  return (descents, learningRate, factor) =>
    descents.map(({ target, gradient }) => {
      const { graph } = gradient.node;
      const accumulator = slot(graph, target, 'momentum');
      return emit(
        applyMomentumOp,
        [
          target.handle,
          accumulator.handle,
          learningRate,
          scaled(gradient, factor),
          constant(graph, options.momentum),
        ],
        { use_nesterov: { bool: options.nesterov } },
      );
    });
}

/**
 * Adam (Kingma & Ba, 2015) as PyTorch computes it: ε is added to the root of the bias-corrected second moment.
 */
export function adam(
  options: { readonly beta1?: number; readonly beta2?: number; readonly epsilon?: number } = {},
): Optimizer {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  return (descents, learningRate, factor) => {
    const [first] = descents;
    if (!first) return [];
    const { graph } = first.gradient.node;
    const power1 = power(graph, 'adam/beta1_power', beta1);
    const power2 = power(graph, 'adam/beta2_power', beta2);
    const [value1, value2] = [readVariable(power1), readVariable(power2)];
    // TensorFlow adds ε to the root of the uncorrected moment: scaled like that root, it has PyTorch's effect.
    const correctedEpsilon = scale(sqrt(sub(constant(graph, 1), value2)), epsilon);
    const updates = descents.map(({ target, gradient }) =>
      emit(applyAdamOp, [
        target.handle,
        slot(graph, target, 'adam_mean').handle,
        slot(graph, target, 'adam_variance').handle,
        value1,
        value2,
        learningRate,
        constant(graph, beta1),
        constant(graph, beta2),
        correctedEpsilon,
        scaled(gradient, factor),
      ]),
    );
    return [
      ...updates,
      assign(power1, scale(value1, beta1), updates),
      assign(power2, scale(value2, beta2), updates),
    ];
  };
}

function scaled(gradient: Tensor, factor: Tensor | undefined): Tensor {
  return factor ? mul(gradient, factor) : gradient;
}

function slot(graph: Graph, target: Variable, name: string): Variable {
  return variable(graph, `${target.name}/${name}`, target.shape, {
    trainable: false,
    initial: (seed, shape) => filled(seed.node.graph, shape, 0),
  });
}

/** β to the power of the next step. */
function power(graph: Graph, name: string, beta: number): Variable {
  return variable(graph, name, [], { trainable: false, initial: (seed) => constant(seed.node.graph, beta) });
}
