import fc from 'fast-check';
import { expect, it } from 'vitest';
import { networkOfLayers, type Layer, type LayeredNetwork } from '../architecture/conv/layered-network';
import { publishedV1 } from '../zoo/nas-v1';
import { skipConnectionsOf } from './node-block';
import type { Shape } from './drawing';
import { drawNetworkDiagram, layOutNetwork } from './network-drawing';

const task = { height: 32, width: 32, channels: 3, classes: 10 };

/** Networks of 1 to 45 layers with any connections, poolings among them. */
const networks: fc.Arbitrary<LayeredNetwork> = fc
  .array(
    fc.record({
      filters: fc.integer({ min: 1, max: 300 }),
      pooling: fc.boolean(),
      links: fc.array(fc.boolean(), { minLength: 45, maxLength: 45 }),
    }),
    { minLength: 1, maxLength: 45 },
  )
  .map((drawn) => {
    const layers = drawn.map(({ filters, pooling, links }, index): Layer => {
      const chosen = links.slice(0, index).flatMap((linked, earlier) => (linked ? [earlier + 1] : []));
      const shape = { strideHeight: 1, strideWidth: 1, inputs: chosen.length > 0 ? chosen : [0] };
      return pooling
        ? { kind: 'maxPooling', height: 2, width: 2, ...shape }
        : { kind: 'convolution', filterHeight: 3, filterWidth: 5, filters, ...shape };
    });
    const used = new Set(layers.flatMap(({ inputs }) => inputs));
    return {
      kind: 'conv',
      layers,
      outputs: layers.flatMap((_, index) => (used.has(index + 1) ? [] : [index + 1])),
    };
  });

/** Whether a shape lies inside a drawing. */
function within({ kind, ...shape }: Shape, width: number, height: number): boolean {
  const inside = (x: number, y: number) => x >= 0 && y >= 0 && x <= width && y <= height;
  if (kind === 'box' && 'width' in shape)
    return inside(shape.x, shape.y) && inside(shape.x + shape.width, shape.y + shape.height);
  return kind !== 'label' || !('x' in shape) || inside(shape.x, shape.y);
}

it('blocks are in order below each other, never over each other, and inside the drawing', () => {
  fc.assert(
    fc.property(networks, (network) => {
      const { blocks, width, height } = layOutNetwork(networkOfLayers(network));
      expect(blocks.map(({ number }) => number)).toEqual([...Array(network.layers.length + 2).keys()]);
      for (const [index, block] of blocks.entries()) {
        expect(block.x).toBeGreaterThanOrEqual(0);
        expect(block.x + block.width).toBeLessThanOrEqual(width);
        expect(block.y + block.height).toBeLessThanOrEqual(height);
        const next = blocks[index + 1];
        if (next) expect(block.y + block.height).toBeLessThan(next.y);
      }
    }),
  );
});

it('every connection of the network is drawn once: as an arc between the blocks that it joins, or straight', () => {
  fc.assert(
    fc.property(networks, (network) => {
      const { arcs, straight, blocks, width, middle, half } = layOutNetwork(networkOfLayers(network));
      const wanted = [
        ...network.layers.flatMap(({ inputs }, index) => inputs.map((from) => `${from}>${index + 1}`)),
        ...network.outputs.map((from) => `${from}>${network.layers.length + 1}`),
      ];
      expect([...arcs, ...straight].map(({ from, to }) => `${from}>${to}`).sort()).toEqual(wanted.sort());
      for (const { from, to, side, reach } of arcs) {
        expect(blocks[from]).toBeDefined();
        expect(blocks[to]).toBeDefined();
        // Next to the column, so that it crosses no block, and inside the drawing.
        expect(side * (reach - middle)).toBeGreaterThan(half);
        expect(reach).toBeGreaterThanOrEqual(0);
        expect(reach).toBeLessThanOrEqual(width);
      }
    }),
  );
});

it('an arc that passes more layers by reaches further', () => {
  const { arcs, middle } = layOutNetwork(publishedV1);
  const far = (arc: (typeof arcs)[number]) => Math.abs(arc.reach - middle);
  for (const arc of arcs)
    for (const other of arcs)
      if (arc.to - arc.from > other.to - other.from) expect(far(arc)).toBeGreaterThan(far(other));
});

it('blocks are wider for more filters', () => {
  const { blocks } = layOutNetwork(publishedV1);
  const width = (number: number) => blocks[number]?.width ?? 0;
  // Layers 1 and 3 have 36 filters, layer 2 has 48.
  expect(width(2)).toBeGreaterThan(width(1));
  expect(width(3)).toBe(width(1));
});

it('what is drawn lies inside the drawing, with one chosen part for the image, each layer and the classifier', () => {
  fc.assert(
    fc.property(networks, fc.boolean(), (network, remarks) => {
      const { parts, width, height } = drawNetworkDiagram(networkOfLayers(network), task, remarks);
      expect(parts.filter(({ name }) => name !== null)).toHaveLength(network.layers.length + 2);
      expect(parts.flatMap(({ shapes }) => shapes).every((shape) => within(shape, width, height))).toBe(true);
    }),
    { numRuns: 25 },
  );
});

it('connections take the sides that they have in the small drawing, longest first', () => {
  const skips = skipConnectionsOf(publishedV1);
  const lengths = skips.map(({ from, to }) => to - from);
  expect(lengths).toEqual(lengths.toSorted((a, b) => b - a));
  expect(skips.slice(0, 4).map(({ side }) => side)).toEqual([1, -1, 1, -1]);
});
