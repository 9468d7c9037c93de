import { CellsmithError } from '../../src-shared/errors';
import type { DType, Graph, GraphNode, Shape, Tensor, Variable } from './graph';
import { defineOp, emit, emitTensor, type Op, sameShape, shapeOf, typeOf } from './op';

const handleOp = defineOp<readonly []>({
  name: 'VarHandleOp',
  arity: 0,
  shape: () => [{ dtype: 'resource', shape: [] }],
});

const readOp = defineOp<readonly [Tensor]>({
  name: 'ReadVariableOp',
  arity: 1,
  shape: ([handle]) => [
    { dtype: typeOf(handle.node.attributes, 'dtype'), shape: shapeOf(handle.node.attributes, 'shape') },
  ],
});

function assignmentOp(name: string): Op<readonly [Tensor, Tensor]> {
  return defineOp({
    name,
    arity: 2,
    typed: { dtype: 1 },
    shape([handle, value], _attributes, reject) {
      const shape = shapeOf(handle.node.attributes, 'shape');
      if (!sameShape(shape, value.shape) || typeOf(handle.node.attributes, 'dtype') !== value.dtype) {
        throw reject(
          `${handle.node.name} holds ${typeOf(handle.node.attributes, 'dtype')}[${shape.join(', ')}]`,
        );
      }
      return [];
    },
  });
}

const assignOp = assignmentOp('AssignVariableOp');

export const variableOps: readonly Op[] = [handleOp, readOp, assignOp];

/** Adds an uninitialised variable: `init` or another signature must assign it before the first read. */
export function variable(
  graph: Graph,
  name: string,
  shape: Shape,
  options: {
    readonly dtype?: DType;
    /** True when absent. False for moving averages, hidden state, data, optimiser slots. */
    readonly trainable?: boolean;
    /** True when absent. False for data and for what a checkpoint need not hold. */
    readonly saved?: boolean;
    /** Computes the initial value; absent if a signature other than `init` assigns it. */
    readonly initial?: Initializer;
  } = {},
): Variable {
  if (graph.variables.some((other) => other.name === name)) {
    throw new CellsmithError('engine.graph', `The graph already has a variable '${name}'.`);
  }
  const { dtype = 'float32', trainable = true, saved = true, initial } = options;
  const handle = emitTensor(
    handleOp,
    [],
    { dtype: { type: dtype }, shape: { shape }, shared_name: { string: name } },
    { graph, name },
  );
  const made: Variable = { name, handle, dtype, shape, trainable, saved, ...(initial ? { initial } : {}) };
  graph.variables.push(made);
  return made;
}

/** Computes a variable's initial value. @param seed int32 [2], unique to the variable */
export type Initializer = (seed: Tensor, shape: Shape) => Tensor;

const readings = new WeakMap<Variable, Tensor>();

/**
 * The value before the step. The graph has one such read, so that its gradient includes every use, and updates depend on it through
 * their data. With `after`, a separate read that waits for those nodes.
 */
export function readVariable(source: Variable, after?: readonly GraphNode[]): Tensor {
  const attributes = { dtype: { type: source.dtype } } as const;
  if (after) return emitTensor(readOp, [source.handle], attributes, { controls: after });
  const known = readings.get(source) ?? emitTensor(readOp, [source.handle], attributes);
  readings.set(source, known);
  return known;
}

/** Sets a variable; `after` names nodes that must have run, such as reads of the old value. */
export function assign(target: Variable, value: Tensor, after: readonly GraphNode[] = []): GraphNode {
  return emit(assignOp, [target.handle, value], {}, { controls: after });
}
