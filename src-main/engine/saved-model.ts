import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import protobuf, { type Type } from 'protobufjs/light.js';
import { CellsmithError } from '../../src-shared/errors';
import type { Attribute, DType, Graph, GraphNode, Literal, Shape, Signature, Tensor } from './graph';
import type { Rewrites, Rewrite } from './kernels/rewrites';

/** TensorFlow's DataType numbers (types.proto). */
const dataTypes: Readonly<Record<DType, number>> = {
  float32: 1,
  int32: 3,
  uint8: 4,
  string: 7,
  int64: 9,
  bool: 10,
  resource: 20,
};

/** TensorFlow 2.21's TF_GRAPH_DEF_VERSION, which fixes the semantics of ops. */
const graphVersion = 2474;

/** The tag under which the writer's graphs are found. */
export const servingTag = 'serve';

/**
 * Writes a graph as a TensorFlow SavedModel: `saved_model.pb` with its nodes and signatures under the tag 'serve'.
 * It has no variables folder: variables start uninitialised, and a signature of the graph initialises them.
 *
 * @param directory created when it is missing
 * @param rewrites what to write in place of nodes
 * @throws engine.graph if a node or a signature cannot be written
 */
export function writeSavedModel(graph: Graph, directory: string, rewrites: Rewrites = new Map()): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'saved_model.pb'), encodeSavedModel(graph, rewrites));
}

/** The bytes of `saved_model.pb`. @throws engine.graph when a node or a signature cannot be written */
export function encodeSavedModel(graph: Graph, rewrites: Rewrites = new Map()): Uint8Array {
  for (const [name, signature] of graph.signatures) checkSignature(name, signature);
  const message = savedModelMessage.fromObject({
    savedModelSchemaVersion: 1,
    metaGraphs: [
      {
        metaInfoDef: { tags: [servingTag], tensorflowVersion: '2.21.0' },
        graphDef: { node: nodeDefs(graph, rewrites), versions: { producer: graphVersion } },
        signatureDef: Object.fromEntries(
          [...graph.signatures].map(([name, { inputs, outputs }]) => [
            name,
            {
              inputs: mapValues(inputs, tensorInfo),
              outputs: mapValues(outputs, tensorInfo),
              methodName: 'tensorflow/serving/predict',
            },
          ]),
        ),
      },
    ],
  });
  return savedModelMessage.encode(message).finish();
}

function checkSignature(name: string, { outputs }: Signature): void {
  if (Object.keys(outputs).length === 0)
    throw new CellsmithError(
      'engine.graph',
      `The signature '${name}' has no output: TensorFlow would run nothing.`,
    );
}

/**
 * The graph's nodes, with a DeepCopy before every assignment of a value that depends on fed memory.
 *
 * A fed tensor is the memory of a JavaScript typed array. TensorFlow assigns without copying, so a variable would keep that memory,
 * and whichever thread frees it would release a JavaScript reference off the JavaScript thread.
 */
function nodeDefs(graph: Graph, rewrites: Rewrites): object[] {
  const fed = new Set<GraphNode>();
  for (const { inputs } of graph.signatures.values())
    for (const tensor of Object.values(inputs)) fed.add(tensor.node);

  return graph.nodes.flatMap((node) => {
    if (node.inputs.some((input) => fed.has(input.node))) fed.add(node);
    const value = node.op === 'AssignVariableOp' ? node.inputs[1] : undefined;
    if (value === undefined || value.dtype === 'string' || !fed.has(value.node))
      return [nodeDef(node, rewrites)];
    const copy = `${node.name}/owned`;
    return [
      {
        name: copy,
        op: 'DeepCopy',
        input: [reference(value)],
        attr: { T: { type: dataTypes[value.dtype] } },
      },
      nodeDef(node, rewrites, new Map([[1, copy]])),
    ];
  });
}

function nodeDef(
  node: GraphNode,
  rewrites: Rewrites,
  replaced: ReadonlyMap<number, string> = new Map(),
): object {
  const { op, inputs, attributes }: Rewrite = rewrites.get(node) ?? node;
  return {
    name: node.name,
    op,
    input: [
      ...inputs.map((input, i) => replaced.get(i) ?? reference(input)),
      ...node.controls.map((control) => `^${control.name}`),
    ],
    // A mapped file is in host memory: its readers are placed on the CPU, or a GPU would copy all of it every step.
    ...(readsMappedFile(node) ? { device: '/device:CPU:0' } : {}),
    attr: mapValues(attributes, attributeValue),
  };
}

function readsMappedFile(node: GraphNode): boolean {
  return node.op === 'ImmutableConst' || node.inputs.some((input) => input.node.op === 'ImmutableConst');
}

function reference({ node, output }: Tensor): string {
  return output === 0 ? node.name : `${node.name}:${output}`;
}

function tensorInfo({ node, output, dtype, shape }: Tensor): object {
  return { name: `${node.name}:${output}`, dtype: dataTypes[dtype], tensorShape: shapeProto(shape) };
}

function attributeValue(attribute: Attribute): object {
  if ('type' in attribute) return { type: dataTypes[attribute.type] };
  if ('types' in attribute) return { list: { type: attribute.types.map((dtype) => dataTypes[dtype]) } };
  if ('shape' in attribute) return { shape: shapeProto(attribute.shape) };
  if ('shapes' in attribute) return { list: { shape: attribute.shapes.map(shapeProto) } };
  if ('int' in attribute) return { i: attribute.int };
  if ('ints' in attribute) return { list: { i: attribute.ints } };
  if ('float' in attribute) return { f: attribute.float };
  if ('bool' in attribute) return { b: attribute.bool };
  if ('string' in attribute) return { s: utf8(attribute.string) };
  return { tensor: tensorProto(attribute.literal) };
}

function shapeProto(shape: Shape): object {
  return { dim: shape.map((size) => ({ size })) };
}

function tensorProto({ dtype, shape, values }: Literal): object {
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  if (values.length !== size)
    throw new CellsmithError(
      'engine.graph',
      `A literal of shape [${shape.join(', ')}] needs ${size} values and has ${values.length}.`,
    );
  const content =
    dtype === 'string'
      ? { stringVal: Array.from<unknown>(values).map((value) => utf8(String(value))) }
      : { tensorContent: literalBytes(dtype, values) };
  return { dtype: dataTypes[dtype], tensorShape: shapeProto(shape), ...content };
}

function literalBytes(dtype: DType, values: Literal['values']): Uint8Array {
  const fits =
    (dtype === 'float32' && values instanceof Float32Array) ||
    (dtype === 'int32' && values instanceof Int32Array) ||
    (dtype === 'int64' && values instanceof BigInt64Array) ||
    ((dtype === 'uint8' || dtype === 'bool') && values instanceof Uint8Array);
  if (fits) return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  if (dtype === 'bool' && Array.isArray(values))
    return Uint8Array.from(values, (value) => (value === true ? 1 : 0));
  throw new CellsmithError(
    'engine.graph',
    `A literal of dtype ${dtype} cannot hold a ${values.constructor.name}.`,
  );
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

const field = (type: string, id: number): { type: string; id: number } => ({ type, id });
const list = (type: string, id: number): { rule: string; type: string; id: number } => ({
  rule: 'repeated',
  type,
  id,
});
const map = (type: string, id: number): { keyType: string; type: string; id: number } => ({
  keyType: 'string',
  type,
  id,
});

/**
 * The messages of a SavedModel that the writer fills, with the field numbers of TensorFlow's
 * saved_model.proto, meta_graph.proto, graph.proto, node_def.proto, attr_value.proto, tensor.proto and tensor_shape.proto.
 * Enumerations are written as int32, which is the same on the wire.
 */
const root = protobuf.Root.fromJSON({
  nested: {
    SavedModel: {
      fields: { savedModelSchemaVersion: field('int64', 1), metaGraphs: list('MetaGraphDef', 2) },
    },
    MetaGraphDef: {
      fields: {
        metaInfoDef: field('MetaInfoDef', 1),
        graphDef: field('GraphDef', 2),
        signatureDef: map('SignatureDef', 5),
      },
    },
    MetaInfoDef: { fields: { tags: list('string', 4), tensorflowVersion: field('string', 5) } },
    GraphDef: { fields: { node: list('NodeDef', 1), versions: field('VersionDef', 4) } },
    VersionDef: { fields: { producer: field('int32', 1) } },
    NodeDef: {
      fields: {
        name: field('string', 1),
        op: field('string', 2),
        input: list('string', 3),
        device: field('string', 4),
        attr: map('AttrValue', 5),
      },
    },
    AttrValue: {
      fields: {
        list: field('ListValue', 1),
        s: field('bytes', 2),
        i: field('int64', 3),
        f: field('float', 4),
        b: field('bool', 5),
        type: field('int32', 6),
        shape: field('TensorShapeProto', 7),
        tensor: field('TensorProto', 8),
      },
      oneofs: { value: { oneof: ['list', 's', 'i', 'f', 'b', 'type', 'shape', 'tensor'] } },
    },
    ListValue: {
      fields: { i: list('int64', 3), type: list('int32', 6), shape: list('TensorShapeProto', 7) },
    },
    TensorShapeProto: { fields: { dim: list('Dim', 2) } },
    Dim: { fields: { size: field('int64', 1) } },
    TensorProto: {
      fields: {
        dtype: field('int32', 1),
        tensorShape: field('TensorShapeProto', 2),
        tensorContent: field('bytes', 4),
        stringVal: list('bytes', 8),
      },
    },
    SignatureDef: {
      fields: {
        inputs: map('TensorInfo', 1),
        outputs: map('TensorInfo', 2),
        methodName: field('string', 3),
      },
    },
    TensorInfo: {
      fields: {
        name: field('string', 1),
        dtype: field('int32', 2),
        tensorShape: field('TensorShapeProto', 3),
      },
    },
  },
});

/** The message that a saved_model.pb file holds. */
const savedModelMessage: Type = root.lookupType('SavedModel');
