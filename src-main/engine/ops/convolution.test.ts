import { expect, it } from 'vitest';
import { Generator } from '../../../src-shared/random';
import { gradients } from '../gradients';
import { Graph } from '../graph';
import { fetchedFloats, openSession } from '../session';
import { mul } from './arithmetic';
import { sum } from './broadcast';
import { conv2d } from './convolution';
import { placeholder } from './source';

// oneDNN got this gradient wrong, and often ended the process, on few channels: both sizes and strides matter.
it.each([
  { strides: [1, 2], channels: 3, filters: 8 },
  { strides: [2, 1], channels: 3, filters: 24 },
  { strides: [2, 2], channels: 6, filters: 36 },
  { strides: [3, 3], channels: 4, filters: 24 },
] as const)(
  'a 1×1 convolution of $channels channels with strides $strides has the gradient that sums over its pixels',
  async ({ strides: [down, right], channels, filters }) => {
    const [batch, side] = [8, 32];
    const [height, width] = [Math.ceil(side / down), Math.ceil(side / right)];
    const generator = Generator.seeded(1);
    const draw = (length: number): Float32Array => Float32Array.from({ length }, () => generator.normal());
    const feeds = {
      x: draw(batch * side * side * channels),
      filter: draw(channels * filters),
      dy: draw(batch * height * width * filters),
    };

    const graph = new Graph();
    const x = placeholder(graph, 'x', [batch, side, side, channels]);
    const filter = placeholder(graph, 'filter', [1, 1, channels, filters]);
    const dy = placeholder(graph, 'dy', [batch, height, width, filters]);
    const loss = sum(mul(conv2d(x, filter, { strides: [down, right] }), dy));
    const [dx = x, dFilter = filter] = gradients(loss, [x, filter]);
    graph.addSignature('run', { inputs: { x, filter, dy }, outputs: { dx, dFilter } });
    const session = await openSession(graph);
    const results = session.run('run', feeds);
    session.close();

    const expected = { dx: new Float64Array(feeds.x.length), dFilter: new Float64Array(feeds.filter.length) };
    for (let n = 0; n < batch; n++)
      for (let i = 0; i < height; i++)
        for (let j = 0; j < width; j++) {
          const pixel = ((n * side + i * down) * side + j * right) * channels;
          const result = ((n * height + i) * width + j) * filters;
          for (let c = 0; c < channels; c++)
            for (let f = 0; f < filters; f++) {
              const d = feeds.dy[result + f] ?? Number.NaN;
              expected.dx[pixel + c] =
                (expected.dx[pixel + c] ?? 0) + d * (feeds.filter[c * filters + f] ?? 0);
              expected.dFilter[c * filters + f] =
                (expected.dFilter[c * filters + f] ?? 0) + d * (feeds.x[pixel + c] ?? 0);
            }
        }
    expect(largestDifference(fetchedFloats(results, 'dx'), expected.dx)).toBeLessThan(1e-4);
    expect(largestDifference(fetchedFloats(results, 'dFilter'), expected.dFilter)).toBeLessThan(1e-2);
  },
);

function largestDifference(found: Float32Array, expected: Float64Array): number {
  return expected.reduce((most, value, i) => Math.max(most, Math.abs(value - (found[i] ?? Number.NaN))), 0);
}
