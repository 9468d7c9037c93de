import protobuf from 'protobufjs/light.js';
import type { Type } from 'protobufjs/light.js';

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
export const savedModelMessage: Type = root.lookupType('SavedModel');
