import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Graph } from './graph';
import { loadEngine } from './load';
import { encodeSavedModel } from './saved-model';

/** Google's generated reader of the same messages, from tfjs-node: independent of our descriptor. */
const reader = createRequire(import.meta.url)('@tensorflow/tfjs-node-gpu/dist/proto/api_pb.js') as {
  SavedModel: { deserializeBinary: (bytes: Uint8Array) => { toObject: () => unknown } };
};

function everyAttribute(): Graph {
  const graph = new Graph();
  const source = graph.add({
    op: 'Split',
    name: 'source',
    attributes: {
      type: { type: 'int32' },
      types: { types: ['float32', 'uint8'] },
      shape: { shape: [2, 3] },
      shapes: { shapes: [[], [5]] },
      int: { int: -7 },
      ints: { ints: [1, 2, -3] },
      float: { float: 0.1 },
      bool: { bool: true },
      string: { string: 'größe' },
      literal: { literal: { dtype: 'float32', shape: [2], values: Float32Array.of(1, -2) } },
      words: { literal: { dtype: 'string', shape: [2], values: ['a', ''] } },
      flags: { literal: { dtype: 'bool', shape: [3], values: [true, false, true] } },
      wide: { literal: { dtype: 'int64', shape: [], values: BigInt64Array.of(-2n) } },
    },
    outputs: [
      { dtype: 'float32', shape: [1] },
      { dtype: 'float32', shape: [1] },
    ],
  });
  const [first, second] = source.outputs;
  if (first === undefined || second === undefined) throw new Error('no outputs');
  const sum = graph.add({
    op: 'Add',
    inputs: [second, first],
    controls: [source],
    outputs: [{ dtype: 'float32', shape: [1] }],
  });
  const [y] = sum.outputs;
  if (y === undefined) throw new Error('no output');
  graph.addSignature('go', { inputs: { a: first }, outputs: { b: second, y } });
  return graph;
}

const containing = (fields: object): unknown => expect.objectContaining(fields);

describe('the SavedModel writer', () => {
  it('writes every kind of attribute for an independent reader', () => {
    const model = reader.SavedModel.deserializeBinary(encodeSavedModel(everyAttribute())).toObject();
    const base64 = (bytes: ArrayLike<number>): string => Buffer.from(Array.from(bytes)).toString('base64');
    const dims = (...sizes: number[]): unknown => ({
      dimList: sizes.map((size) => containing({ size })),
      unknownRank: false,
    });
    const attribute = (name: string, value: object): unknown => [name, containing(value)];
    const tensor = (dtype: number, shape: unknown, content: object): object => ({
      tensor: containing({ dtype, tensorShape: shape, ...content }),
    });
    expect(model).toMatchObject({
      savedModelSchemaVersion: 1,
      metaGraphsList: [
        {
          metaInfoDef: { tagsList: ['serve'] },
          graphDef: {
            versions: { producer: 2474 },
            nodeList: [
              {
                name: 'source',
                op: 'Split',
                inputList: [],
                attrMap: [
                  attribute('bool', { b: true }),
                  attribute('flags', tensor(10, dims(3), { tensorContent: base64([1, 0, 1]) })),
                  attribute('float', { f: Math.fround(0.1) }),
                  attribute('int', { i: -7 }),
                  attribute('ints', { list: containing({ iList: [1, 2, -3] }) }),
                  attribute(
                    'literal',
                    tensor(1, dims(2), { tensorContent: base64([0, 0, 128, 63, 0, 0, 0, 192]) }),
                  ),
                  attribute('shape', { shape: dims(2, 3) }),
                  attribute('shapes', { list: containing({ shapeList: [dims(), dims(5)] }) }),
                  attribute('string', { s: base64(new TextEncoder().encode('größe')) }),
                  attribute('type', { type: 3 }),
                  attribute('types', { list: containing({ typeList: [1, 4] }) }),
                  attribute(
                    'wide',
                    tensor(9, dims(), { tensorContent: base64([254, ...Array<number>(7).fill(255)]) }),
                  ),
                  attribute('words', tensor(7, dims(2), { stringValList: [base64([97]), ''] })),
                ],
              },
              { name: 'Add', op: 'Add', inputList: ['source:1', 'source', '^source'] },
            ],
          },
        },
      ],
    });
  });

  it('writes signatures that tfjs-node reads', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'cellsmith-saved-model-'));
    writeFileSync(join(directory, 'saved_model.pb'), encodeSavedModel(everyAttribute()));
    const [meta] = await loadEngine().node.getMetaGraphsFromSavedModel(directory);
    rmSync(directory, { recursive: true });
    expect(meta?.tags).toEqual(['serve']);
    expect(meta?.signatureDefs['go']).toMatchObject({
      inputs: { a: { dtype: 'float32', name: 'source:0' } },
      outputs: { b: { dtype: 'float32', name: 'source:1' }, y: { dtype: 'float32', name: 'Add:0' } },
    });
  });

  it('rejects what TensorFlow would misread', () => {
    const literal = (values: Float32Array | Int32Array): Graph => {
      const graph = new Graph();
      graph.add({
        op: 'Const',
        attributes: { value: { literal: { dtype: 'float32', shape: [2], values } } },
        outputs: [{ dtype: 'float32', shape: [2] }],
      });
      return graph;
    };
    expect(() => encodeSavedModel(literal(new Float32Array(3)))).toThrow(
      'shape [2] needs 2 values and has 3',
    );
    expect(() => encodeSavedModel(literal(new Int32Array(2)))).toThrow(
      'dtype float32 cannot hold a Int32Array',
    );
    const silent = new Graph();
    silent.addSignature('init', { inputs: {}, outputs: {} });
    expect(() => encodeSavedModel(silent)).toThrow("signature 'init' has no output");
  });
});
