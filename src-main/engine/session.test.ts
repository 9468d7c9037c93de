import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Graph } from './graph';
import type { DType, GraphNode, Shape, Tensor } from './graph';
import { loadEngine } from './load';
import { fetchedFloats, fetchedNumber, openSession } from './session';
import type { Session } from './session';

const open: Session[] = [];
async function session(graph: Graph): Promise<Session> {
  const opened = await openSession(graph);
  open.push(opened);
  return opened;
}
afterEach(() => {
  for (const opened of open.splice(0)) opened.close();
});

function only(node: GraphNode): Tensor {
  const [tensor] = node.outputs;
  if (tensor === undefined) throw new Error('no output');
  return tensor;
}

function placeholder(graph: Graph, name: string, dtype: DType, shape: Shape): Tensor {
  return only(
    graph.add({
      op: 'Placeholder',
      name,
      attributes: { dtype: { type: dtype }, shape: { shape } },
      outputs: [{ dtype, shape }],
    }),
  );
}

function constant(graph: Graph, value: number): Tensor {
  const literal = { dtype: 'float32', shape: [], values: Float32Array.of(value) } as const;
  return only(
    graph.add({
      op: 'Const',
      attributes: { dtype: { type: 'float32' }, value: { literal } },
      outputs: [{ dtype: 'float32', shape: [] }],
    }),
  );
}

function identity(graph: Graph, input: Tensor, controls: GraphNode[] = []): Tensor {
  const { dtype, shape } = input;
  return only(
    graph.add({
      op: 'Identity',
      inputs: [input],
      controls,
      attributes: { T: { type: dtype } },
      outputs: [{ dtype, shape }],
    }),
  );
}

function variable(
  graph: Graph,
  name: string,
  shape: Shape,
): { handle: Tensor; read: (controls?: GraphNode[]) => Tensor } {
  const handle = only(
    graph.add({
      op: 'VarHandleOp',
      name,
      attributes: { dtype: { type: 'float32' }, shape: { shape }, shared_name: { string: name } },
      outputs: [{ dtype: 'resource', shape: [] }],
    }),
  );
  const read = (controls: GraphNode[] = []): Tensor =>
    only(
      graph.add({
        op: 'ReadVariableOp',
        inputs: [handle],
        controls,
        attributes: { dtype: { type: 'float32' } },
        outputs: [{ dtype: 'float32', shape }],
      }),
    );
  return { handle, read };
}

function update(
  graph: Graph,
  op: string,
  handle: Tensor,
  value: Tensor,
  controls: GraphNode[] = [],
): GraphNode {
  return graph.add({
    op,
    inputs: [handle, value],
    controls,
    attributes: { dtype: { type: value.dtype } },
    outputs: [],
  });
}

/** A variable of four numbers with the signatures init (zero), assign, add and read. */
function counter(shape: Shape = [4]): Graph {
  const graph = new Graph();
  const { handle, read } = variable(graph, 'w', shape);
  const value = placeholder(graph, 'value', 'float32', shape);
  const assigned = update(graph, 'AssignVariableOp', handle, value);
  graph.addSignature('assign', {
    inputs: { value },
    outputs: { done: identity(graph, constant(graph, 1), [assigned]) },
  });
  const amount = placeholder(graph, 'amount', 'float32', shape);
  const added = update(graph, 'AssignAddVariableOp', handle, amount);
  graph.addSignature('add', { inputs: { amount }, outputs: { w: identity(graph, read([added])) } });
  graph.addSignature('read', { inputs: {}, outputs: { w: identity(graph, read()) } });
  return graph;
}

describe('a session', () => {
  it('keeps variables between calls and between signatures', async () => {
    const { run } = await session(counter());
    run('assign', { value: Float32Array.of(1, 2, 3, 4) });
    run('add', { amount: Float32Array.of(10, 10, 10, 10) });
    expect(run('add', { amount: Float32Array.of(0, 1, 2, 3) })['w']).toEqual({
      dtype: 'float32',
      shape: [4],
      values: Float32Array.of(11, 13, 15, 17),
    });
    expect(fetchedFloats(run('read'), 'w')).toEqual(Float32Array.of(11, 13, 15, 17));
  });

  it('separates the variables of two sessions of the same graph', async () => {
    const graph = counter();
    const [a, b] = [await session(graph), await session(graph)];
    a.run('assign', { value: Float32Array.of(1, 1, 1, 1) });
    b.run('assign', { value: Float32Array.of(2, 2, 2, 2) });
    expect(fetchedFloats(a.run('read'), 'w')[0]).toBe(1);
  });

  it('does not let a variable share the memory of the array it was assigned from', async () => {
    // Large enough for an allocation of its own, several times so that some of them are aligned as TensorFlow wants them.
    const size = 1 << 16;
    const { run } = await session(counter([size]));
    for (let round = 0; round < 50; round++) {
      const value = new Float32Array(new ArrayBuffer(4 * size + 64), 0, size).fill(round);
      run('assign', { value });
      value.fill(-1);
      expect(fetchedFloats(run('read'), 'w')[7]).toBe(round);
    }
  });

  it('respects control dependencies', async () => {
    const graph = new Graph();
    const { handle, read } = variable(graph, 'w', []);
    const set = update(graph, 'AssignVariableOp', handle, constant(graph, 5));
    const first = update(graph, 'AssignAddVariableOp', handle, constant(graph, 2), [set]);
    const before = read([first]);
    const second = update(graph, 'AssignSubVariableOp', handle, constant(graph, 4), [before.node]);
    graph.addSignature('go', { inputs: {}, outputs: { before, after: read([second]) } });
    const { run } = await session(graph);
    const results = run('go');
    expect(fetchedNumber(results, 'before')).toBe(7);
    expect(fetchedNumber(results, 'after')).toBe(3);
  });

  it.each([
    ['float32', Float32Array.of(0.5, -1, 3), Float32Array.of(0.5, -1, 3)],
    ['int32', Int32Array.of(-7, 0, 2 ** 31 - 1), Int32Array.of(-7, 0, 2 ** 31 - 1)],
    ['bool', Uint8Array.of(1, 0, 1), Uint8Array.of(1, 0, 1)],
    ['string', ['a', 'größe', ''], ['a', 'größe', '']],
  ] as const)('feeds and fetches %s', async (dtype, fed, expected) => {
    const graph = new Graph();
    const x = placeholder(graph, 'x', dtype, [3]);
    graph.addSignature('same', { inputs: { x }, outputs: { y: identity(graph, x) } });
    const { run } = await session(graph);
    expect(run('same', { x: fed })).toEqual({ y: { dtype, shape: [3], values: expected } });
  });

  it('feeds uint8, and rejects fetches that the binding cannot read', async () => {
    const graph = new Graph();
    const x = placeholder(graph, 'x', 'uint8', [3]);
    const attributes = { SrcT: { type: 'uint8' }, DstT: { type: 'int32' } } as const;
    const y = only(
      graph.add({ op: 'Cast', inputs: [x], attributes, outputs: [{ dtype: 'int32', shape: [3] }] }),
    );
    graph.addSignature('cast', { inputs: { x }, outputs: { y } });
    const { run } = await session(graph);
    expect(run('cast', { x: Uint8Array.of(0, 128, 255) })['y']?.values).toEqual(Int32Array.of(0, 128, 255));
    graph.addSignature('same', { inputs: { x }, outputs: { same: identity(graph, x) } });
    await expect(openSession(graph)).rejects.toThrow("output 'same' of signature 'same' is uint8");
  });

  it('feeds int64 and scalars', async () => {
    const graph = new Graph();
    const x = placeholder(graph, 'x', 'int64', []);
    const attributes = { SrcT: { type: 'int64' }, DstT: { type: 'int32' } } as const;
    const y = only(
      graph.add({ op: 'Cast', inputs: [x], attributes, outputs: [{ dtype: 'int32', shape: [] }] }),
    );
    const on = placeholder(graph, 'on', 'bool', []);
    graph.addSignature('cast', { inputs: { x, on }, outputs: { y, on: identity(graph, on) } });
    const { run } = await session(graph);
    const results = run('cast', { x: 123456789, on: true });
    expect(fetchedNumber(results, 'y')).toBe(123456789);
    expect(fetchedNumber(results, 'on')).toBe(1);
    expect(() => run('cast', { x: -1, on: true })).toThrow(
      "Input 'x' of signature 'cast' is int64 and got the number -1.",
    );
  });

  it('names the mismatched input', async () => {
    const { run } = await session(counter());
    const message = (call: () => unknown): string => {
      try {
        call();
      } catch (error) {
        return String(error);
      }
      return 'no error';
    };
    expect(message(() => run('add', { amount: new Float32Array(3) }))).toMatch(
      /'amount' of signature 'add' needs 4 values/,
    );
    expect(message(() => run('add', { amount: new Int32Array(4) }))).toMatch(
      /'amount'.* is float32 and got a Int32Array/,
    );
    expect(message(() => run('add'))).toMatch(/'amount' .*missing/);
    expect(message(() => run('add', { amount: new Float32Array(4), rate: 1 }))).toMatch(/no input 'rate'/);
    expect(message(() => run('train'))).toMatch(/no signature 'train'/);
  });

  it('reports an error of TensorFlow, and works afterwards', async () => {
    const { run } = await session(counter());
    expect(() => run('read')).toThrow(/Signature 'read' failed: .*w/);
    run('assign', { value: Float32Array.of(1, 2, 3, 4) });
    expect(fetchedFloats(run('read'), 'w')[3]).toBe(4);
  });

  it('rejects a graph that TensorFlow rejects, and unloads everything', async () => {
    const graph = new Graph();
    const y = only(graph.add({ op: 'NoSuchOp', outputs: [{ dtype: 'float32', shape: [] }] }));
    graph.addSignature('go', { inputs: {}, outputs: { y } });
    const before = loadEngine().node.getNumOfSavedModels();
    await expect(openSession(graph)).rejects.toMatchObject({ code: 'engine.session' });
    expect(loadEngine().node.getNumOfSavedModels()).toBe(before);
  });

  it('holds no tensors after a thousand calls', async () => {
    const engine = loadEngine();
    const { run } = await session(counter());
    run('assign', { value: Float32Array.of(1, 2, 3, 4) });
    const before = engine.memory().numTensors;
    for (let i = 0; i < 1000; i++) run('add', { amount: Float32Array.of(1, 0, 0, 0) });
    expect(engine.memory().numTensors).toBe(before);
    expect(fetchedFloats(run('read'), 'w')[0]).toBe(1001);
  });

  it('frees its native session and its variables when it is closed', async () => {
    const engine = loadEngine();
    const before = engine.node.getNumOfSavedModels();
    // One array for all sessions: the garbage collector would free one of each too late for the sizes below.
    const value = new Float32Array(16 << 20);
    const openAndClose = async (): Promise<void> => {
      const opened = await openSession(counter([value.length]));
      opened.run('assign', { value });
      opened.close();
      opened.close();
      expect(() => opened.run('read')).toThrow('The session is closed.');
    };
    const rounds = 12;
    for (let i = 0; i < 2; i++) await openAndClose();
    const settled = process.memoryUsage().rss;
    for (let i = 0; i < rounds; i++) await openAndClose();
    expect(engine.node.getNumOfSavedModels()).toBe(before);
    // Variables that stay would make it 12 of 12; an allocator keeps one or two of what is freed.
    expect((process.memoryUsage().rss - settled) / value.byteLength).toBeLessThan(rounds / 3);
  });

  it('leaves no temporary files, and the SavedModel where one is asked for', async () => {
    const litter = (): string[] =>
      readdirSync(tmpdir()).filter((name) => name.startsWith('cellsmith-graph-'));
    const before = litter();
    (await session(counter())).run('assign', { value: new Float32Array(4) });
    expect(litter()).toEqual(before);
    const directory = mkdtempSync(join(tmpdir(), 'cellsmith-kept-'));
    (await openSession(counter(), { directory })).close();
    expect(existsSync(join(directory, 'saved_model.pb'))).toBe(true);
    rmSync(directory, { recursive: true });
  });
});
