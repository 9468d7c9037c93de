import { CellsmithError } from '../../src-shared/errors';

/** Supported element types. `resource` is the handle of a variable. */
export type DType = 'float32' | 'int32' | 'int64' | 'uint8' | 'bool' | 'string' | 'resource';

/** Every dimension is known when the graph is built; [] is a scalar. */
export type Shape = readonly number[];

/** A constant in the graph itself. Large data belongs in variables or memory-mapped files. */
export interface Literal {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly values:
    Float32Array | Int32Array | BigInt64Array | Uint8Array | readonly boolean[] | readonly string[];
}

/** An attribute of a TensorFlow op, tagged with the field of `AttrValue` that it fills. */
export type Attribute =
  | { readonly type: DType }
  | { readonly types: readonly DType[] }
  | { readonly shape: Shape }
  | { readonly shapes: readonly Shape[] }
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly float: number }
  | { readonly bool: boolean }
  | { readonly string: string }
  | { readonly literal: Literal };

/** One output of a node: what the functions of ops/ take and return. */
export interface Tensor {
  readonly node: GraphNode;
  readonly output: number;
  readonly dtype: DType;
  readonly shape: Shape;
}

/** One TensorFlow op of a graph. */
export interface GraphNode {
  readonly graph: Graph;
  readonly name: string;
  /** TensorFlow's name of the op, such as `Conv2D`. */
  readonly op: string;
  readonly inputs: readonly Tensor[];
  /** Control inputs: nodes that run before this one. */
  readonly controls: readonly GraphNode[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly outputs: readonly Tensor[];
}

/** What one call runs: values fed by name, values fetched by name. */
export interface Signature {
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly outputs: Readonly<Record<string, Tensor>>;
}

/** A resource variable; `handle` is of dtype `resource`, `shape` and `dtype` are those of the value. */
export interface Variable {
  readonly name: string;
  readonly handle: Tensor;
  readonly dtype: DType;
  readonly shape: Shape;
  /** False for moving averages, hidden state, data: the optimiser leaves them alone. */
  readonly trainable: boolean;
  /** False for data and for what a checkpoint need not hold. */
  readonly saved: boolean;
  /** The initial value, a function of the variable's seed (int32 [2]); absent if it is assigned by a signature. */
  readonly initial?: (seed: Tensor, shape: Shape) => Tensor;
}

/** Nodes in topological order: each is added after its inputs. */
export class Graph {
  readonly nodes: GraphNode[] = [];
  readonly variables: Variable[] = [];
  readonly signatures = new Map<string, Signature>();
  #names = new Map<string, number>();

  /**
   * Adds a node. `outputs` come from the shape rule of the op table; the graph itself knows no ops.
   */
  add(spec: {
    readonly op: string;
    readonly name?: string;
    readonly inputs?: readonly Tensor[];
    readonly controls?: readonly GraphNode[];
    readonly attributes?: Readonly<Record<string, Attribute>>;
    readonly outputs: readonly { readonly dtype: DType; readonly shape: Shape }[];
  }): GraphNode {
    const outputs: Tensor[] = [];
    const node: GraphNode = {
      graph: this,
      name: this.#uniqueName(spec.name ?? spec.op),
      op: spec.op,
      inputs: spec.inputs ?? [],
      controls: spec.controls ?? [],
      attributes: spec.attributes ?? {},
      outputs,
    };
    for (const [output, { dtype, shape }] of spec.outputs.entries())
      outputs.push({ node, output, dtype, shape });
    this.nodes.push(node);
    return node;
  }

  /** Names a call of the finished graph. @throws engine.graph when the name is taken */
  addSignature(name: string, signature: Signature): void {
    if (this.signatures.has(name))
      throw new CellsmithError('engine.graph', `The graph already has a signature '${name}'.`);
    this.signatures.set(name, signature);
  }

  #uniqueName(wanted: string): string {
    const seen = this.#names.get(wanted) ?? 0;
    this.#names.set(wanted, seen + 1);
    return seen === 0 ? wanted : `${wanted}_${seen}`;
  }
}
