import { CellsmithError } from '../../src-shared/errors';
import type { Attribute, DType, Graph, GraphNode, Shape, Tensor } from './graph';

export type Attributes = Readonly<Record<string, Attribute>>;

/** Element type and shape of one output. */
export interface TensorType {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** Creates the error of a shape rule: `throw reject('why')`. */
export type Reject = (reason: string) => CellsmithError;

/**
 * aᵀ · b, deferred: the gradient of one use of a weight. The gradients of all uses become one product of their stacked factors if
 * that is less work than adding as many matrices of the weight's size. a is [rows, m] and b [rows, n] for a weight of [m, n].
 */
export interface StackableProduct {
  readonly stackable: readonly [a: Tensor, b: Tensor];
}

/** What a gradient rule returns for an input. */
export type InputGradient = Tensor | StackableProduct;

/** A node with a known number of inputs, so that rules can destructure them. */
export interface NodeOf<Inputs extends readonly Tensor[]> extends GraphNode {
  readonly inputs: Inputs;
}

/**
 * One row of the op table.
 *
 * The rules are methods, whose parameters are bivariant: a row for two inputs is also a row of the table. `emit` checks the arity.
 */
export interface Op<Inputs extends readonly Tensor[] = readonly Tensor[]> {
  /** TensorFlow's name. */
  readonly name: string;
  /** The number of inputs; any number of them when absent. */
  readonly arity?: Inputs['length'];
  /** Attributes with the element type of an input, such as `T`: name → position of the input, -1 for the last. */
  readonly typed?: Readonly<Record<string, number>>;
  /** No gradient flows through it: it is constant almost everywhere. */
  readonly stops?: true;
  /** Element types and shapes of the outputs. */
  shape(inputs: Inputs, attributes: Attributes, reject: Reject): readonly TensorType[];
  /**
   * The gradients of the inputs from those of the outputs. `dy` is that of output 0; `dys` has all, undefined if the loss does not
   * depend on an output. `needs(i)` says whether the gradient of input i is needed. If the rule is absent, differentiating the op is
   * an error, unless `stops`.
   */
  gradient?(
    node: NodeOf<Inputs>,
    dy: Tensor,
    context: { readonly dys: readonly (Tensor | undefined)[]; readonly needs: (input: number) => boolean },
  ): readonly (InputGradient | undefined)[];
}

/** Declares a row of the table, for type inference only. */
export function defineOp<Inputs extends readonly Tensor[]>(op: Op<Inputs>): Op<Inputs> {
  return op;
}

interface EmitOptions {
  readonly name?: string;
  readonly controls?: readonly GraphNode[];
  /** Needed by ops without inputs. */
  readonly graph?: Graph;
}

/**
 * Adds a node to the graph of its inputs after checking them by the op's shape rule.
 * @throws engine.shape, naming the op and the shapes
 */
export function emit<Inputs extends readonly Tensor[]>(
  op: Op<Inputs>,
  inputs: Inputs,
  attributes: Attributes = {},
  options: EmitOptions = {},
): GraphNode {
  const reject: Reject = (reason) => shapeError(op.name, inputs, reason);
  if (op.arity !== undefined && inputs.length !== op.arity) throw reject(`it takes ${op.arity} inputs`);
  const graph = options.graph ?? inputs[0]?.node.graph;
  if (!graph) throw new CellsmithError('engine.graph', `${op.name} has neither inputs nor a graph.`);
  for (const { node } of inputs) {
    if (node.graph !== graph)
      throw new CellsmithError('engine.graph', `${op.name} joins tensors of two graphs.`);
  }
  const all: Record<string, Attribute> = { ...attributes };
  for (const [attribute, position] of Object.entries(op.typed ?? {})) {
    all[attribute] = { type: inputAt(inputs, position).dtype };
  }
  return graph.add({
    op: op.name,
    inputs,
    attributes: all,
    outputs: op.shape(inputs, all, reject),
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(options.controls === undefined ? {} : { controls: options.controls }),
  });
}

/** {@link emit} for ops whose first output is the only one of interest. */
export function emitTensor<Inputs extends readonly Tensor[]>(
  op: Op<Inputs>,
  inputs: Inputs,
  attributes: Attributes = {},
  options: EmitOptions = {},
): Tensor {
  return outputAt(emit(op, inputs, attributes, options), 0);
}

/** The error of a shape rule, with op, shapes and reason. */
function shapeError(op: string, inputs: readonly Tensor[], reason: string): CellsmithError {
  const shapes = inputs.map(({ dtype, shape }) => `${dtype}[${shape.join(', ')}]`).join(' and ');
  return new CellsmithError('engine.shape', `${op} cannot take ${shapes || 'no inputs'}: ${reason}.`);
}

/** @throws engine.graph when the node has no such output */
export function outputAt(node: GraphNode, position: number): Tensor {
  const tensor = node.outputs[position];
  if (!tensor) throw new CellsmithError('engine.graph', `${node.op} has no output ${position}.`);
  return tensor;
}

function inputAt(inputs: readonly Tensor[], position: number): Tensor {
  const tensor = inputs.at(position);
  if (!tensor) throw new CellsmithError('engine.graph', `There is no input ${position}.`);
  return tensor;
}

/** The integers of an attribute such as `strides`. @throws engine.graph when the attribute is something else */
export function intsOf(attributes: Attributes, name: string): readonly number[] {
  const attribute = attributes[name];
  if (attribute && 'ints' in attribute) return attribute.ints;
  if (attribute && 'int' in attribute) return [attribute.int];
  throw new CellsmithError('engine.graph', `There is no list of integers '${name}' among the attributes.`);
}

/** One integer of an attribute such as `axis`. @throws engine.graph when the attribute is something else */
export function intOf(attributes: Attributes, name: string): number {
  return intsOf(attributes, name)[0] ?? 0;
}

/** @throws engine.graph when the attribute is something else */
export function boolOf(attributes: Attributes, name: string): boolean {
  const attribute = attributes[name];
  if (attribute && 'bool' in attribute) return attribute.bool;
  throw new CellsmithError('engine.graph', `There is no flag '${name}' among the attributes.`);
}

/** @throws engine.graph when the attribute is something else */
export function stringOf(attributes: Attributes, name: string): string {
  const attribute = attributes[name];
  if (attribute && 'string' in attribute) return attribute.string;
  throw new CellsmithError('engine.graph', `There is no text '${name}' among the attributes.`);
}

/** @throws engine.graph when the attribute is something else */
export function typeOf(attributes: Attributes, name: string): DType {
  const attribute = attributes[name];
  if (attribute && 'type' in attribute) return attribute.type;
  throw new CellsmithError('engine.graph', `There is no element type '${name}' among the attributes.`);
}

/** @throws engine.graph when the attribute is something else */
export function shapeOf(attributes: Attributes, name: string): Shape {
  const attribute = attributes[name];
  if (attribute && 'shape' in attribute) return attribute.shape;
  throw new CellsmithError('engine.graph', `There is no shape '${name}' among the attributes.`);
}

/** The integers of a constant that an op takes as an input: axes, paddings, a target shape. @throws engine.graph when it is computed */
export function constantInts(tensor: Tensor): readonly number[] {
  const attribute = tensor.node.attributes['value'];
  if (tensor.node.op === 'Const' && attribute && 'literal' in attribute) {
    const { values } = attribute.literal;
    if (values instanceof Int32Array) return [...values];
  }
  throw new CellsmithError(
    'engine.graph',
    `${tensor.node.name} must be a constant of int32: shapes are known when the graph is built.`,
  );
}

/** The number of elements. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, length) => product * length, 1);
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis]);
}

/** The length of an axis; 1 past either end, as broadcasting has it. Negative axes count from the end. */
export function lengthAt(shape: Shape, axis: number): number {
  return shape.at(axis) ?? 1;
}

/** An axis counted from the front, or undefined when there is none. */
export function axisOf(rank: number, axis: number): number | undefined {
  const counted = axis < 0 ? axis + rank : axis;
  return Number.isInteger(axis) && counted >= 0 && counted < rank ? counted : undefined;
}
