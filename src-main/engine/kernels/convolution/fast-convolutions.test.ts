import { expect, it } from 'vitest';
import { gradients } from '../../gradients';
import { Graph } from '../../graph';
import { sum } from '../../ops/broadcast';
import { conv2d } from '../../ops/convolution';
import { placeholder } from '../../ops/source';
import { kernelConstants } from '../../load';
import { supportsKernels } from '../kernels';
import { isFastConvolution, kernelRewrites } from '../rewrites';

it.runIf(supportsKernels())(
  'the custom convolution is chosen if it saves more work than transpositions and Winograd transforms cost',
  () => {
    const graph = new Graph();
    const takes = (
      [side, depth]: readonly [number, number],
      [height, width, filters]: readonly [number, number, number],
      lanes: 8 | 16 = 16,
    ): boolean[] => {
      const x = placeholder(graph, 'x', [4, side, side, depth]);
      const y = conv2d(x, placeholder(graph, 'filter', [height, width, depth, filters]));
      const [dx] = gradients(sum(y), [x]);
      return [y, dx ?? x].map(({ node }) => isFastConvolution(node, { ...kernelConstants(), lanes }));
    };
    expect(takes([32, 64], [3, 3, 64])).toEqual([true, true]);
    expect(takes([32, 64], [1, 3, 64])).toEqual([false, false]);
    // 36 filters leave a quarter of 16 lanes idle, a tenth of 8.
    expect(takes([32, 64], [1, 3, 36])).toEqual([true, false]);
    expect(takes([32, 64], [1, 3, 36], 8)).toEqual([true, false]);
    expect(takes([32, 64], [1, 3, 40], 8)).toEqual([false, false]);
    // Pixels leave half of the lanes idle, or more.
    expect(takes([17, 64], [3, 3, 64])).toEqual([false, false]);
    expect(takes([4, 64], [5, 5, 64])).toEqual([false, false]);
    expect(takes([32, 64], [1, 1, 36])).toEqual([false, false]);
  },
);

it.runIf(supportsKernels())('the custom convolution is chosen for stride 1 only', () => {
  const graph = new Graph();
  const x = placeholder(graph, 'x', [4, 32, 32, 36]);
  const filter = placeholder(graph, 'filter', [3, 3, 36, 36]);
  const [one, two] = [conv2d(x, filter), conv2d(x, filter, { strides: [1, 2] })];
  expect([one, two].map(({ node }) => kernelRewrites(graph).has(node))).toEqual([true, false]);
  expect(kernelRewrites(graph, () => false).size).toBe(0);
});
