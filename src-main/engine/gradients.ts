import { CellsmithError } from '../../src-shared/errors';
import { customGradientOf, sourceOps } from './ops/source';
import type { GraphNode, Tensor } from './graph';
import type { InputGradient, StackableProduct, Op } from './op';
import { addN, arithmeticOps } from './ops/arithmetic';
import { filled, broadcastOps } from './ops/broadcast';
import { concat, layoutOps } from './ops/layout';
import { matMul, matrixOps } from './ops/matrix';
import { activationOps } from './ops/activation';
import { convolutionTable } from './ops/convolution';
import { gatherOps } from './ops/gather';
import { logicOps } from './ops/logic';
import { normalizationOps } from './ops/normalization';
import { poolingOps } from './ops/pooling';
import { randomOps } from './ops/random';
import { recurrentOps } from './ops/recurrent';
import { reductionOps } from './ops/reduction';
import { softmaxLossOps } from './ops/softmax-loss';
import { updateOps } from './optimizers';
import { variableOps } from './variables';

/** All ops of graphs, by TensorFlow's name. */
export const opTable: ReadonlyMap<string, Op> = new Map(
  [
    ...sourceOps,
    ...broadcastOps,
    ...arithmeticOps,
    ...logicOps,
    ...reductionOps,
    ...activationOps,
    ...softmaxLossOps,
    ...matrixOps,
    ...recurrentOps,
    ...convolutionTable,
    ...poolingOps,
    ...normalizationOps,
    ...layoutOps,
    ...gatherOps,
    ...randomOps,
    ...variableOps,
    ...updateOps,
  ].map((op: Op) => [op.name, op]),
);

/**
 * Adds the nodes that compute the gradients of a scalar, by reverse-mode differentiation over the op table.
 *
 * The graph's nodes are in topological order, so one walk backwards visits every node after all of its consumers.
 * Only nodes between `wrt` and the loss are differentiated: the input gradient of a first convolution is not computed.
 *
 * @param loss float32 []
 * @param wrt the tensors to differentiate by; for a variable, the tensor that `readVariable` gives
 * @returns one tensor for each of `wrt`, of its shape; zeros where the loss does not depend on it
 * @throws engine.shape when the loss is no scalar; engine.graph when an op in between is not in the table
 */
export function gradients(loss: Tensor, wrt: readonly Tensor[]): readonly Tensor[] {
  const { graph } = loss.node;
  if (loss.shape.length > 0) {
    throw new CellsmithError(
      'engine.shape',
      `A loss must be one number, not of shape [${loss.shape.join(', ')}].`,
    );
  }
  const nodes = [...graph.nodes];
  const active = nodesThatDependOn(nodes, wrt);
  const parts = new Map<Tensor, InputGradient[]>([[loss, [filled(graph, [], 1)]]]);
  for (const node of nodes.toReversed()) {
    if (!active.has(node)) continue;
    const dys = node.outputs.map((output) => accumulated(parts, output));
    if (dys.every((dy) => dy === undefined)) continue;
    const custom = customGradientOf(node);
    const inputs = custom?.inputs ?? node.inputs;
    const found = custom && dys[0] ? custom.gradient(dys[0]) : differentiate(node, dys, active);
    for (const [i, gradient] of found.entries()) {
      const input = inputs[i];
      if (!input || !gradient) continue;
      parts.set(input, [...(parts.get(input) ?? []), gradient]);
    }
  }
  return wrt.map((tensor) => accumulated(parts, tensor) ?? filled(graph, tensor.shape, 0));
}

/** The nodes that depend on `wrt`, and those that compute it. */
function nodesThatDependOn(nodes: readonly GraphNode[], wrt: readonly Tensor[]): ReadonlySet<GraphNode> {
  const active = new Set(wrt.map(({ node }) => node));
  for (const node of nodes) {
    if (node.inputs.some((input) => active.has(input.node))) active.add(node);
  }
  return active;
}

/** The gradient of a tensor: the sum over its consumers, computed once. */
function accumulated(parts: Map<Tensor, InputGradient[]>, tensor: Tensor): Tensor | undefined {
  const terms = parts.get(tensor);
  if (!terms) return undefined;
  const products = terms.flatMap((term) => ('stackable' in term ? [term] : []));
  const others = terms.flatMap((term) => ('stackable' in term ? [] : [term]));
  const total = addN([...others, ...sumOfProducts(products)]);
  parts.set(tensor, [total]);
  return total;
}

/**
 * Tensors with the same sum as the products. A recurrent weight is used on few rows by every step: stacked, its gradient is one
 * large product instead of one matrix of the weight's size per step.
 */
function sumOfProducts(products: readonly StackableProduct[]): readonly Tensor[] {
  // The walk visits the last use first; in forward order the stack may already exist.
  const inOrder = products.toReversed().map(({ stackable }) => stackable);
  const factors = inOrder.map(([a, b]) => rowLength(a) + rowLength(b));
  const [first] = inOrder;
  if (!first) return [];
  const stacked = inOrder.reduce((total, [a], i) => total + (a.shape[0] ?? 0) * (factors[i] ?? 0), 0);
  const apart = inOrder.length * rowLength(first[0]) * rowLength(first[1]);
  if (inOrder.length > 1 && stacked < apart) {
    const [a, b] = [
      concat(
        inOrder.map(([x]) => x),
        0,
      ),
      concat(
        inOrder.map(([, y]) => y),
        0,
      ),
    ];
    return [matMul(a, b, { transposeA: true })];
  }
  return inOrder.map(([x, y]) => matMul(x, y, { transposeA: true }));
}

function rowLength({ shape }: Tensor): number {
  return shape[1] ?? 0;
}

function differentiate(
  node: GraphNode,
  dys: readonly (Tensor | undefined)[],
  active: ReadonlySet<GraphNode>,
): readonly (InputGradient | undefined)[] {
  const needs = (i: number): boolean => {
    const input = node.inputs[i];
    return input !== undefined && active.has(input.node);
  };
  if (!node.inputs.some((_input, i) => needs(i))) return [];
  const op = opTable.get(node.op);
  if (!op) throw new CellsmithError('engine.graph', `${node.op} (${node.name}) is not in the op table.`);
  if (op.stops) return [];
  if (!op.gradient) throw new CellsmithError('engine.graph', `${node.op} (${node.name}) has no gradient.`);
  const dy = dys[0] ?? filled(node.graph, node.outputs[0]?.shape ?? [], 0);
  return op.gradient(node, dy, { dys, needs });
}
