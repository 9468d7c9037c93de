import { expect, it } from 'vitest';
import { networkOfLayers, type LayeredNetwork } from '../../src-shared/architecture/conv/layered-network';
import { cellThumbnail, networkThumbnail, type Thumbnail } from './thumbnails';
import { nasCell } from '../../src-shared/architecture/cell/recurrent-cell';
import { figure5Cell } from '../../src-shared/testing/step-cell';

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

/** The numbers of a path, and where its first point is. */
function placeOf(path: string): { readonly x: number; readonly y: number; readonly size: number } {
  const [x = NaN, y = NaN, size = NaN] = (path.match(/-?[\d.]+/g) ?? []).map(Number);
  return { x, y, size };
}

it('a network is a column of blocks, wider for more filters, in order and inside the drawing', () => {
  const { shapes, width, height, detail } = networkThumbnail(network);
  const blocks = shapes.filter(({ look }) => look.includes('convolution')).map(({ path }) => placeOf(path));
  expect(blocks).toHaveLength(3);
  expect(detail).toBe('3 layers');
  expect(blocks.map(({ size }) => size)).toEqual(blocks.map(({ size }) => size).toSorted((a, b) => a - b));
  expect(blocks.map(({ y }) => y)).toEqual(blocks.map(({ y }) => y).toSorted((a, b) => a - b));
  for (const { x, y, size } of blocks) {
    expect(x).toBeGreaterThanOrEqual(0);
    expect(x + size).toBeLessThanOrEqual(width);
    expect(y + 4).toBeLessThanOrEqual(height);
  }
});

it('only what skips a layer is an arc: the image to layer 3, layer 1 to the classifier', () => {
  const arcs = ({ shapes }: Thumbnail) => shapes.filter(({ look }) => look.includes('arc'));
  expect(arcs(networkThumbnail(network))).toHaveLength(2);
  const shorter = networkOfLayers({ ...layered, layers: layered.layers.slice(0, 2), outputs: [2] });
  expect(arcs(networkThumbnail(shorter))).toHaveLength(0);
});

it.each([
  ['base 2', figure5Cell],
  ['base 8', nasCell],
])(
  'a tree of %s has its nodes inside the drawing, apart from each other, each below its parent',
  (_, cell) => {
    const { shapes, width, height } = cellThumbnail(cell);
    const edges = shapes.filter(({ look }) => look.includes('arc'));
    const nodes = shapes.filter(({ look }) => !look.includes('arc'));
    expect(nodes.length).toBe(2 * cell.base - 1);
    expect(edges.length).toBe(nodes.length - 1);
    const [reads, injects] = ['read', 'injected'].map((what) =>
      nodes.findIndex(({ look }) => look.some((one) => one === what)),
    );
    expect([reads, injects]).toEqual([cell.readNode, cell.injectedNode]);
    const radius = Math.min(3, width / cell.base / 2.6);
    // Edges come in the order of the nodes that they lead to, and begin at the centres of the nodes below.
    const centres = edges.map(({ path }) => placeOf(path));
    for (const { x, y } of centres) {
      expect(Math.min(x, width - x)).toBeGreaterThanOrEqual(radius);
      expect(Math.min(y, height - y)).toBeGreaterThanOrEqual(radius);
    }
    for (const [index, one] of centres.entries())
      for (const other of centres.slice(index + 1))
        expect(Math.hypot(one.x - other.x, one.y - other.y)).toBeGreaterThan(2 * radius);
    for (const { path } of edges) {
      const [, y1 = NaN, , y2 = NaN] = (path.match(/-?[\d.]+/g) ?? []).map(Number);
      expect(y1).toBeGreaterThan(y2);
    }
  },
);
