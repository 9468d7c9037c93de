import { expect, it } from 'vitest';
import { networkOfLayers, type LayeredNetwork } from '../../src-shared/architecture/conv/layered-network';
import { drawNetwork, drawCell } from './thumbnails';
import { figure5Cell, nasCell } from '../../src-shared/architecture/cell/published-cells';

const convolution = (filters: number, inputs: readonly number[]) =>
  ({
    kind: 'convolution',
    filterHeight: 3,
    filterWidth: 3,
    strideHeight: 1,
    strideWidth: 1,
    filters,
    inputs,
  }) as const;

const layered: LayeredNetwork = {
  kind: 'conv',
  layers: [convolution(6, [0]), convolution(24, [1]), convolution(64, [0, 2])],
  outputs: [1, 3],
};
const network = networkOfLayers(layered);

it('a network is a column of blocks, wider for more filters, in order and inside the drawing', () => {
  const { blocks, width, height } = drawNetwork(network);
  expect(blocks).toHaveLength(3);
  expect(blocks.map((block) => block.width)).toEqual(
    blocks.map((block) => block.width).toSorted((a, b) => a - b),
  );
  expect(blocks.map((block) => block.y)).toEqual(blocks.map((block) => block.y).toSorted((a, b) => a - b));
  for (const block of blocks) {
    expect(block.x).toBeGreaterThanOrEqual(0);
    expect(block.x + block.width).toBeLessThanOrEqual(width);
    expect(block.y + block.height).toBeLessThanOrEqual(height);
  }
});

it('only what skips a layer is an arc: the image to layer 3, layer 1 to the classifier', () => {
  expect(drawNetwork(network).arcs).toHaveLength(2);
  expect(
    drawNetwork(networkOfLayers({ ...layered, layers: layered.layers.slice(0, 2), outputs: [2] })).arcs,
  ).toHaveLength(0);
});

it.each([
  ['base 2', figure5Cell],
  ['base 8', nasCell],
])(
  'a tree of %s has its nodes inside the drawing, apart from each other, each below its parent',
  (_, cell) => {
    const { nodes, edges, radius, width, height } = drawCell(cell);
    expect(nodes.length).toBe(2 * cell.base - 1);
    expect(edges.length).toBe(nodes.length - 1);
    for (const { x, y } of nodes) {
      expect(Math.min(x, width - x)).toBeGreaterThanOrEqual(radius);
      expect(Math.min(y, height - y)).toBeGreaterThanOrEqual(radius);
    }
    for (const [index, one] of nodes.entries())
      for (const other of nodes.slice(index + 1))
        expect(Math.hypot(one.x - other.x, one.y - other.y)).toBeGreaterThan(2 * radius);
    for (const { y1, y2 } of edges) expect(y1).toBeGreaterThan(y2);
  },
);
