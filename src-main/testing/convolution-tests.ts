import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Generator } from '../../src-shared/random';
import { gradients } from '../engine/gradients';
import { Graph, type Tensor } from '../engine/graph';
import { supportsKernels } from '../engine/kernels/kernels';
import { mul } from '../engine/ops/arithmetic';
import { sum } from '../engine/ops/broadcast';
import { conv2d } from '../engine/ops/convolution';
import { placeholder } from '../engine/ops/source';
import { fetchedFloats, openSession } from '../engine/session';

/** Stride 1 and SAME padding when absent. */
interface Shape {
  readonly batch: number;
  readonly size: readonly [number, number];
  readonly kernel: readonly [number, number];
  readonly depth: number;
  readonly filters: number;
  readonly strides?: readonly [number, number];
  readonly padding?: 'SAME' | 'VALID';
}

/** Sizes that fill tiles and vectors of the filter gradient, and sizes that do not. */
const shapes: readonly Shape[] = [
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
  { batch: 2, size: [19, 6], kernel: [9, 3], depth: 4, filters: 15 },
  { batch: 2, size: [24, 5], kernel: [21, 2], depth: 6, filters: 7 },
];

/** Full and partial vectors of pixels, two rows per vector, tiles of few and many filters, one channel block and several. */
const strideless: readonly Shape[] = [
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
  { batch: 2, size: [19, 6], kernel: [9, 3], depth: 4, filters: 15 },
  { batch: 5, size: [4, 4], kernel: [20, 2], depth: 21, filters: 64 },
];

/** Tests of the custom convolution kernels, for the instruction set that this process uses. */
export function testConvolutions(): void {
  describe('the filter gradient', () => {
    // A stored SavedModel has TensorFlow's ops.
    it.each(shapes)(
      'equals that of TensorFlow: $batch × $size × $depth, $kernel × $filters',
      async (shape) => {
        const { graph, inputs, y, gradient, feeds } = convolution(shape, 1);
        graph.addSignature('run', { inputs, outputs: { gradient } });
        const directory = mkdtempSync(join(tmpdir(), 'cellsmith-test-'));
        const [own, kept] = [await openSession(graph), await openSession(graph, { directory })];
        const found = fetchedFloats(own.run('run', feeds), 'gradient');
        const again = fetchedFloats(own.run('run', feeds), 'gradient');
        const expected = fetchedFloats(kept.run('run', feeds), 'gradient');
        own.close();
        kept.close();
        rmSync(directory, { recursive: true });

        const products = shape.batch * (y.shape[1] ?? 0) * (y.shape[2] ?? 0);
        const difference = Math.max(
          ...found.map((value, i) => Math.abs(value - (expected[i] ?? Number.NaN))),
        );
        expect(difference).toBeLessThan(1e-6 * Math.max(10, 3 * products));
        expect(again).toEqual(found);
      },
    );
  });

  describe.runIf(supportsKernels())('the convolution', () => {
    it.each(strideless)(
      'and its input gradient equal those of TensorFlow: $batch × $size × $depth, $kernel × $filters',
      async (shape) => {
        const { kernel, depth, filters } = shape;
        const { graph, inputs, y, dx, feeds } = convolution(shape, 2);
        graph.addSignature('run', { inputs, outputs: { y, dx } });
        const own = await openSession(graph, { customConvolution: () => true });
        const theirs = await openSession(graph, { customConvolution: () => false });
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
          expect(largest).toBeLessThan(2e-5 * scale);
        }
      },
    );

    it.each([3, 5, 7, 9])('of %i rows loses few digits to Winograd transforms', async (rows) => {
      const [side, depth, filters] = [16, 24, 6];
      const shape: Shape = { batch: 1, size: [side, side], kernel: [rows, 3], depth, filters };
      const { graph, inputs, y, gradient, feeds } = convolution(shape, 3);
      graph.addSignature('run', { inputs, outputs: { y, gradient } });
      const session = await openSession(graph, { customConvolution: () => true });
      const found = session.run('run', feeds);
      session.close();

      // In float64.
      const expected = {
        y: new Float64Array(side * side * filters),
        gradient: new Float64Array(feeds.filter.length),
      };
      const under = (at: number, kernel: number, size: number): number => at + kernel - (size - 1) / 2;
      for (let pixel = 0; pixel < side * side; pixel++)
        for (let position = 0; position < rows * 3; position++) {
          const row = under(Math.floor(pixel / side), Math.floor(position / 3), rows);
          const column = under(pixel % side, position % 3, 3);
          if (Math.min(row, column) < 0 || Math.max(row, column) >= side) continue;
          for (let i = 0; i < depth * filters; i++) {
            const [channel, f] = [Math.floor(i / filters), i % filters];
            const value = feeds.x[(row * side + column) * depth + channel] ?? 0;
            const [of, at] = [position * depth * filters + i, pixel * filters + f];
            expected.y[at] = (expected.y[at] ?? 0) + value * (feeds.filter[of] ?? 0);
            expected.gradient[of] = (expected.gradient[of] ?? 0) + value * (feeds.dy[at] ?? 0);
          }
        }
      for (const [name, terms] of [
        ['y', rows * 3 * depth],
        ['gradient', side * side],
      ] as const) {
        const values = fetchedFloats(found, name);
        const squares = expected[name].reduce(
          (total, value, i) => total + (value - (values[i] ?? 0)) ** 2,
          0,
        );
        expect(Math.sqrt(squares / values.length)).toBeLessThan(2e-6 * Math.sqrt(terms));
      }
    });
  });
}

/** A convolution with its gradients, and normally distributed feeds. */
function convolution(shape: Shape, seed: number) {
  const { batch, size, kernel, depth, filters, strides = [1, 1], padding = 'SAME' } = shape;
  const graph = new Graph();
  const x = placeholder(graph, 'x', [batch, ...size, depth]);
  const filter = placeholder(graph, 'filter', [...kernel, depth, filters]);
  const y = conv2d(x, filter, { strides, padding });
  const dy = placeholder(graph, 'dy', y.shape);
  const [dx = x, gradient = filter] = gradients(sum(mul(y, dy)), [x, filter]);
  const generator = Generator.seeded(seed);
  const draw = ({ shape: axes }: Tensor): Float32Array =>
    Float32Array.from({ length: axes.reduce((a, b) => a * b, 1) }, () => generator.normal());
  const feeds = { x: draw(x), filter: draw(filter), dy: draw(dy) };
  return { graph, inputs: { x, filter, dy }, y, dx, gradient, feeds };
}
