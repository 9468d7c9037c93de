import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Graph } from '../../engine/graph';
import { mappedFile, placeholder } from '../../engine/ops/source';
import { openSession } from '../../engine/session';
import { tokenWindow } from './text-windows';

const folder = mkdtempSync(join(tmpdir(), 'cellsmith-tokens-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('a window of tokens', () => {
  it('pairs every token with the previous one, and ignores the rest past the end of a row', async () => {
    const file = join(folder, 'tokens.bin');
    writeFileSync(file, new Uint8Array(Int32Array.of(10, 11, 12, 13, 14, 15, 16).buffer));
    const graph = new Graph();
    const corpus = mappedFile(graph, file, 'int32', [7]);
    const positions = placeholder(graph, 'positions', [2], 'int32');
    const ends = placeholder(graph, 'ends', [2], 'int32');
    const { inputs, targets, weights } = tokenWindow(corpus, positions, ends, 3, 99);
    graph.addSignature('window', { inputs: { positions, ends }, outputs: { inputs, targets, weights } });
    const session = await openSession(graph);
    const read = (from: readonly number[], to: readonly number[]) => {
      const results = session.run('window', { positions: Int32Array.from(from), ends: Int32Array.from(to) });
      return Object.values(results).map(({ values }) => [...values]);
    };
    // Time first: [step 0 of row 0, step 0 of row 1, step 1 of row 0, …].
    expect(read([0, 4], [4, 7])).toEqual([
      [99, 13, 10, 14, 11, 15],
      [10, 14, 11, 15, 12, 16],
      [1, 1, 1, 1, 1, 1],
    ]);
    expect(read([3, 7], [4, 7])).toEqual([
      [12, 16, 13, 16, 14, 16],
      [13, 16, 14, 16, 15, 16],
      [1, 0, 0, 0, 0, 0],
    ]);
    session.close();
  });
});
