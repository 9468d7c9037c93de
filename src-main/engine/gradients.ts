import { CellsmithError } from '../../src-shared/errors';
import type { GraphNode, Tensor } from './graph';
import { opTable } from './op-table';
import { addN } from './ops/arithmetic';
import { filled } from './ops/broadcast';

/**
 * Adds the nodes that compute the gradients of a scalar, by reverse-mode differentiation over the op table.
 *
 * Nodes stand in the graph in an order in which they can run, so one walk backwards meets every node after all that use it.
 * Only nodes between `wrt` and the loss are differentiated: the image of a first convolution costs nothing.
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
      `A loss is one number, and this has the shape [${loss.shape.join(', ')}].`,
    );
  }
  const nodes = [...graph.nodes];
  const active = nodesThatDependOn(nodes, wrt);
  const parts = new Map<Tensor, Tensor[]>([[loss, [filled(graph, [], 1)]]]);
  for (const node of nodes.toReversed()) {
    if (!active.has(node)) continue;
    const dys = node.outputs.map((output) => accumulated(parts, output));
    if (dys.every((dy) => dy === undefined)) continue;
    for (const [i, gradient] of differentiate(node, dys, active).entries()) {
      const input = node.inputs[i];
      if (!input || !gradient) continue;
      parts.set(input, [...(parts.get(input) ?? []), gradient]);
    }
  }
  return wrt.map((tensor) => accumulated(parts, tensor) ?? filled(graph, tensor.shape, 0));
}

/** Those nodes, and the ones that make `wrt`, through which a change of `wrt` can reach anything. */
function nodesThatDependOn(nodes: readonly GraphNode[], wrt: readonly Tensor[]): ReadonlySet<GraphNode> {
  const active = new Set(wrt.map(({ node }) => node));
  for (const node of nodes) {
    if (node.inputs.some((input) => active.has(input.node))) active.add(node);
  }
  return active;
}

/** The gradient of a tensor: the sum over its uses, computed once. */
function accumulated(parts: Map<Tensor, Tensor[]>, tensor: Tensor): Tensor | undefined {
  const terms = parts.get(tensor);
  if (!terms) return undefined;
  const total = addN(terms);
  parts.set(tensor, [total]);
  return total;
}

function differentiate(
  node: GraphNode,
  dys: readonly (Tensor | undefined)[],
  active: ReadonlySet<GraphNode>,
): readonly (Tensor | undefined)[] {
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
