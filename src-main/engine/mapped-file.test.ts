import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Graph, type Tensor } from './graph';
import { mappedFile } from './ops/source';
import { openSession, type Session } from './session';

const folder = mkdtempSync(join(tmpdir(), 'cellsmith-mapped-'));
const rows = 12_000;
const width = 3072;
const picked = 16;
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Rows of the mapped file by fed indices, as int32. */
async function gather(path: string): Promise<Session> {
  const graph = new Graph();
  const data = mappedFile(graph, path, 'uint8', [rows, width]);
  const add = (spec: Parameters<Graph['add']>[0]): Tensor => {
    const [tensor] = graph.add(spec).outputs;
    if (tensor === undefined) throw new Error('no output');
    return tensor;
  };
  const index = add({
    op: 'Placeholder',
    attributes: { dtype: { type: 'int32' }, shape: { shape: [picked] } },
    outputs: [{ dtype: 'int32', shape: [picked] }],
  });
  const axis = add({
    op: 'Const',
    attributes: {
      dtype: { type: 'int32' },
      value: { literal: { dtype: 'int32', shape: [], values: Int32Array.of(0) } },
    },
    outputs: [{ dtype: 'int32', shape: [] }],
  });
  const gathered = add({
    op: 'GatherV2',
    inputs: [data, index, axis],
    attributes: { Tparams: { type: 'uint8' }, Tindices: { type: 'int32' }, Taxis: { type: 'int32' } },
    outputs: [{ dtype: 'uint8', shape: [picked, width] }],
  });
  const values = add({
    op: 'Cast',
    inputs: [gathered],
    attributes: { SrcT: { type: 'uint8' }, DstT: { type: 'int32' } },
    outputs: [{ dtype: 'int32', shape: [picked, width] }],
  });
  graph.addSignature('gather', { inputs: { index }, outputs: { values } });
  return openSession(graph);
}

/** Bytes of private memory of this process, on Linux. */
function privateBytes(): number {
  return 1024 * Number(/RssAnon:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
}

describe('a mapped file', () => {
  it.runIf(process.platform === 'linux')('gives its rows without being copied into the process', async () => {
    const path = join(folder, 'images.bin');
    const words = new Uint32Array((rows * width) / 4);
    for (let i = 0; i < words.length; i++) words[i] = Math.imul(i, 0x9e3779b1);
    const bytes = Buffer.from(words.buffer);
    writeFileSync(path, bytes);
    const { run, close } = await gather(path);
    const indices = [0, 1, 2].map((round) =>
      Int32Array.from({ length: picked }, (_, i) => (i * 7919 + round) % rows),
    );
    const before = privateBytes();
    const results = indices.map((index) => run('gather', { index })['values']?.values);
    const grown = privateBytes() - before;
    for (const [round, index] of indices.entries()) {
      const expected = Buffer.concat([...index].map((row) => bytes.subarray(row * width, (row + 1) * width)));
      expect(results[round]).toEqual(Int32Array.from(expected));
    }
    expect(grown).toBeLessThan(bytes.length / 2);
    close();
  });

  it('reports a file that is too short or missing', async () => {
    const path = join(folder, 'short.bin');
    writeFileSync(path, new Uint8Array(1000));
    for (const file of [path, join(folder, 'none.bin')]) {
      const { run, close } = await gather(file);
      expect(() => run('gather', { index: new Int32Array(picked) })).toThrow(/Signature 'gather' failed/);
      close();
    }
  });
});
