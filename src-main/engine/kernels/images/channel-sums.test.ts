import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Generator } from '../../../../src-shared/random';
import { gradients } from '../../gradients';
import { Graph } from '../../graph';
import { addN, mul } from '../../ops/arithmetic';
import { sum } from '../../ops/broadcast';
import { concat, slice } from '../../ops/layout';
import { placeholder } from '../../ops/source';
import { encodeSavedModel } from '../../saved-model';
import { fetchedFloats, openSession } from '../../session';
import { kernelRewrites } from '../rewrites';

/** The gradients of two feature maps that two concatenations and a product take. */
function concatenated(size: readonly [number, number, number], channels: readonly [number, number]): Graph {
  const graph = new Graph();
  const [a, b] = channels.map((count, i) => placeholder(graph, `x${i}`, [...size, count]));
  if (!a || !b) throw new Error('there are two maps');
  const once = concat([a, b], 3);
  const again = concat([b, once, a], 3);
  const weights = [once, again, a].map(({ shape }, i) => placeholder(graph, `w${i}`, shape));
  const [w0 = a, w1 = a, w2 = a] = weights;
  const terms = [mul(once, w0), mul(again, w1), mul(a, w2)].map((product) => sum(product));
  const [da = a, db = b] = gradients(addN(terms), [a, b]);
  graph.addSignature('run', { inputs: { a, b, w0, w1, w2 }, outputs: { da, db } });
  return graph;
}

function written(graph: Graph): number {
  return [...kernelRewrites(graph).values()].filter(({ op }) => op === 'CellsmithAddChannels').length;
}

describe('sums of slices of channels', () => {
  // Full and partial vectors of channels; one block of pixels and several.
  it.each([
    { size: [2, 5, 7], channels: [6, 36] },
    { size: [4, 32, 32], channels: [16, 3] },
    { size: [3, 1, 1], channels: [1, 65] },
  ] as const)('equal TensorFlow’s: $size, $channels', async ({ size, channels }) => {
    const graph = concatenated(size, channels);
    expect(written(graph)).toBeGreaterThan(0);
    const generator = Generator.seeded(5);
    const inputs = Object.entries(graph.signatures.get('run')?.inputs ?? {});
    const feeds = Object.fromEntries(
      inputs.map(([name, { shape }]) => [
        name,
        Float32Array.from({ length: shape.reduce((x, y) => x * y, 1) }, () => generator.normal()),
      ]),
    );
    // A SavedModel that is kept has TensorFlow's ops.
    const directory = mkdtempSync(join(tmpdir(), 'cellsmith-test-'));
    const [own, kept] = [await openSession(graph), await openSession(graph, { directory })];
    const [found, expected] = [own.run('run', feeds), kept.run('run', feeds)];
    own.close();
    kept.close();
    rmSync(directory, { recursive: true });
    for (const output of ['da', 'db']) {
      const values = fetchedFloats(expected, output);
      const differences = fetchedFloats(found, output).map((value, i) =>
        Math.abs(value - (values[i] ?? Number.NaN)),
      );
      expect(differences).toHaveLength(values.length);
      expect(differences.reduce((most, value) => Math.max(most, value), 0)).toBeLessThan(1e-5);
    }
  });

  it('are left to TensorFlow if the slice is of pixels too, or not of images', () => {
    const graph = new Graph();
    const images = placeholder(graph, 'images', [2, 6, 6, 8]);
    const rows = placeholder(graph, 'rows', [5, 8]);
    const outputs = { corner: slice(images, [0, 0, 0, 2], [2, 3, 6, 4]), row: slice(rows, [0, 2], [5, 3]) };
    graph.addSignature('run', { inputs: { images, rows }, outputs });
    expect(written(graph)).toBe(0);
    expect(() => encodeSavedModel(graph, kernelRewrites(graph))).not.toThrow();
  });
});
