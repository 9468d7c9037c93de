import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Generator } from '../../../src-shared/random';
import { gradients } from '../gradients';
import { Graph } from '../graph';
import { hasOwnOps } from '../load';
import { mul } from '../ops/arithmetic';
import { sum } from '../ops/broadcast';
import { conv2d } from '../ops/convolution';
import { placeholder } from '../ops/source';
import { fetchedFloats, openSession } from '../session';
import { processorFeatures, runsKernels } from './kernels';

describe('where the kernels run', () => {
  const features = (...names: string[]): Set<string> => new Set(names);

  it('is Linux on x64 with AVX2 and FMA', () => {
    expect(runsKernels('linux-x64', features('avx', 'avx2', 'fma'))).toBe(true);
    expect(runsKernels('linux-x64', features('avx', 'avx2'))).toBe(false);
    expect(runsKernels('linux-arm64', features('asimd'))).toBe(false);
    expect(runsKernels('win32-x64', features())).toBe(false);
  });

  it.runIf(process.platform === 'linux' && process.arch === 'x64')('is told by the system', () => {
    const told = processorFeatures();
    expect(told).toContain('sse2');
    expect(readFileSync('/proc/cpuinfo', 'utf8').includes(' avx2 ')).toBe(told.has('avx2'));
  });
});

/** Image, kernel and channels at which tiles, rows of pixels and groups of images come out even, and at which they do not. */
const shapes = [
  { batch: 4, size: [32, 32], kernel: [3, 3], depth: 36, filters: 36 },
  { batch: 5, size: [9, 11], kernel: [3, 5], depth: 7, filters: 13 },
  { batch: 3, size: [8, 8], kernel: [7, 1], depth: 16, filters: 6 },
  { batch: 7, size: [4, 4], kernel: [5, 7], depth: 12, filters: 24 },
  { batch: 1, size: [1, 1], kernel: [3, 3], depth: 5, filters: 4 },
  { batch: 2, size: [16, 70], kernel: [1, 3], depth: 3, filters: 65 },
  { batch: 4, size: [12, 12], kernel: [2, 4], depth: 9, filters: 8, strides: [2, 2] },
  { batch: 3, size: [13, 10], kernel: [5, 3], depth: 10, filters: 5, strides: [3, 2] },
  { batch: 3, size: [10, 13], kernel: [1, 2], depth: 24, filters: 12, strides: [1, 3] },
  { batch: 4, size: [12, 9], kernel: [5, 3], depth: 10, filters: 7, strides: [2, 1], padding: 'VALID' },
  { batch: 4, size: [7, 7], kernel: [7, 7], depth: 8, filters: 9, padding: 'VALID' },
] as const;

describe('ops that only the product has', () => {
  it.runIf(runsKernels())('are there', () => {
    expect(hasOwnOps()).toBe(true);
  });
});

describe('the gradient of the filter', () => {
  // A model that is kept is for other tools: it has TensorFlow's own ops.
  it.each(shapes)('is the one of TensorFlow: $batch × $size × $depth, $kernel × $filters', async (shape) => {
    const { batch, size, kernel, depth, filters } = shape;
    const graph = new Graph();
    const x = placeholder(graph, 'x', [batch, ...size, depth]);
    const filter = placeholder(graph, 'filter', [...kernel, depth, filters]);
    const y = conv2d(x, filter, {
      strides: 'strides' in shape ? shape.strides : [1, 1],
      padding: 'padding' in shape ? shape.padding : 'SAME',
    });
    const dy = placeholder(graph, 'dy', y.shape);
    const [gradient = filter] = gradients(sum(mul(y, dy)), [filter]);
    graph.addSignature('run', { inputs: { x, filter, dy }, outputs: { gradient } });

    const generator = Generator.seeded(1);
    const draw = (of: readonly number[]): Float32Array =>
      Float32Array.from({ length: of.reduce((a, b) => a * b, 1) }, () => generator.normal());
    const feeds = { x: draw(x.shape), filter: draw(filter.shape), dy: draw(y.shape) };
    const directory = mkdtempSync(join(tmpdir(), 'cellsmith-test-'));
    const [own, kept] = [await openSession(graph), await openSession(graph, { directory })];
    const found = fetchedFloats(own.run('run', feeds), 'gradient');
    const again = fetchedFloats(own.run('run', feeds), 'gradient');
    const expected = fetchedFloats(kept.run('run', feeds), 'gradient');
    own.close();
    kept.close();
    rmSync(directory, { recursive: true });

    const products = batch * (y.shape[1] ?? 0) * (y.shape[2] ?? 0);
    const difference = Math.max(...found.map((value, i) => Math.abs(value - (expected[i] ?? Number.NaN))));
    expect(difference).toBeLessThan(1e-6 * Math.max(10, 3 * products));
    expect(again).toEqual(found);
  });
});
