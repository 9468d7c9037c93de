import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Generator } from '../../../src-shared/random';
import { gradients } from '../gradients';
import { Graph, type Tensor } from '../graph';
import { hasOwnOps } from '../load';
import { mul } from '../ops/arithmetic';
import { sum } from '../ops/broadcast';
import { conv2d } from '../ops/convolution';
import { placeholder } from '../ops/source';
import { fetchedFloats, openSession } from '../session';
import { isFastConvolution } from './convolution/fast-convolutions';
import { kernelsInPlace } from './in-place';
import { processorFeatures, runsKernels, runsWideKernels } from './kernels';

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

/** Widths that fill vectors of pixels and that do not, rows in halves of vectors, tiles of few and many filters, one block or several. */
const strideless = [
  { batch: 4, size: [32, 32], kernel: [3, 3], depth: 36, filters: 36 },
  { batch: 3, size: [16, 16], kernel: [7, 5], depth: 31, filters: 6 },
  { batch: 9, size: [9, 11], kernel: [3, 5], depth: 7, filters: 13 },
  { batch: 1, size: [13, 33], kernel: [1, 7], depth: 5, filters: 25 },
  { batch: 2, size: [7, 8], kernel: [7, 7], depth: 23, filters: 12 },
  { batch: 3, size: [8, 5], kernel: [4, 2], depth: 3, filters: 17 },
  { batch: 1, size: [1, 1], kernel: [3, 3], depth: 5, filters: 4 },
  { batch: 2, size: [16, 70], kernel: [1, 1], depth: 3, filters: 65 },
  { batch: 2, size: [5, 18], kernel: [6, 1], depth: 600, filters: 1 },
  { batch: 4, size: [12, 9], kernel: [5, 3], depth: 10, filters: 7, padding: 'VALID' },
  { batch: 4, size: [7, 7], kernel: [7, 7], depth: 8, filters: 9, padding: 'VALID' },
] as const;

describe.runIf(runsKernels() && runsWideKernels())('the convolution', () => {
  it.each(strideless)(
    'and the gradient of its input are those of TensorFlow: $batch × $size × $depth, $kernel × $filters',
    async (shape) => {
      const { batch, size, kernel, depth, filters } = shape;
      const graph = new Graph();
      const x = placeholder(graph, 'x', [batch, ...size, depth]);
      const filter = placeholder(graph, 'filter', [...kernel, depth, filters]);
      const y = conv2d(x, filter, { padding: 'padding' in shape ? shape.padding : 'SAME' });
      const dy = placeholder(graph, 'dy', y.shape);
      const [dx = x] = gradients(sum(mul(y, dy)), [x]);
      graph.addSignature('run', { inputs: { x, filter, dy }, outputs: { y, dx } });

      const generator = Generator.seeded(2);
      const draw = (of: readonly number[]): Float32Array =>
        Float32Array.from({ length: of.reduce((a, b) => a * b, 1) }, () => generator.normal());
      const feeds = { x: draw(x.shape), filter: draw(filter.shape), dy: draw(y.shape) };
      const own = await openSession(graph, { ownConvolution: () => true });
      const theirs = await openSession(graph, { ownConvolution: () => false });
      const [found, again, expected] = [own, own, theirs].map((session) => session.run('run', feeds));
      own.close();
      theirs.close();

      expect(again).toEqual(found);
      for (const output of ['y', 'dx']) {
        const values = fetchedFloats(expected ?? {}, output);
        const scale = Math.sqrt(kernel[0] * kernel[1] * (output === 'y' ? depth : filters));
        const largest = fetchedFloats(found ?? {}, output).reduce(
          (most, value, i) => Math.max(most, Math.abs(value - (values[i] ?? Number.NaN))),
          0,
        );
        expect(largest).toBeLessThan(1e-5 * scale);
      }
    },
  );

  it('is taken where channels leave lanes of oneDNN idle, and where strides are one', () => {
    const graph = new Graph();
    const x = placeholder(graph, 'x', [4, 32, 32, 36]);
    const filter = (filters: number) => placeholder(graph, 'filter', [3, 3, 36, filters]);
    const takes = ({ node }: Tensor): boolean => kernelsInPlace(graph, isFastConvolution).has(node);
    expect(takes(conv2d(x, filter(36)))).toBe(true);
    expect(takes(conv2d(x, filter(64)))).toBe(false);
    expect(takes(conv2d(x, filter(6), { strides: [1, 2] }))).toBe(false);
    const backwards = gradients(sum(conv2d(x, filter(6))), [x]);
    expect(backwards.map(takes)).toEqual([true]);
    expect(kernelsInPlace(graph, () => false).size).toBe(0);
  });

  it('has no wide kernels where the processor or oneDNN is kept from AVX-512', () => {
    const wide = new Set(['avx512f', 'avx512bw', 'avx512dq', 'avx512vl']);
    expect(runsWideKernels(undefined, wide)).toBe(true);
    expect(runsWideKernels('AVX512_CORE', wide)).toBe(true);
    expect(runsWideKernels('AVX2', wide)).toBe(false);
    expect(runsWideKernels(undefined, new Set(['avx2', 'fma', 'avx512f']))).toBe(false);
  });
});
