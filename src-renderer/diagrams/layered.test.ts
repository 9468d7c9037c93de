import Elk from 'elkjs';
import { expect, it } from 'vitest';
import { publishedV1 } from '../../src-shared/zoo/nas-v1';
import { connectionsOf } from '../../src-shared/diagrams/node-block';
import { layeredDrawing, layeredGraph } from './layered';

const task = { height: 32, width: 32, channels: 3, classes: 10 };
const laid = new Elk().layout(layeredGraph(publishedV1));

it('what ELK lays out has a block for the image, each layer and the classifier, none over another', async () => {
  const { parts, width, height } = layeredDrawing(publishedV1, task, await laid);
  const boxes = parts.flatMap(({ shapes }) =>
    shapes.flatMap((shape) => (shape.kind === 'box' ? [shape] : [])),
  );
  expect(boxes).toHaveLength(17);
  for (const [index, box] of boxes.entries()) {
    expect(box.x).toBeGreaterThanOrEqual(0);
    expect(box.y).toBeGreaterThanOrEqual(0);
    expect(box.x + box.width).toBeLessThanOrEqual(width + 0.1);
    expect(box.y + box.height).toBeLessThanOrEqual(height + 0.1);
    for (const other of boxes.slice(index + 1))
      expect(
        box.x + box.width <= other.x ||
          other.x + other.width <= box.x ||
          box.y + box.height <= other.y ||
          other.y + other.height <= box.y,
      ).toBe(true);
  }
});

it('every connection is a line that ends at the upper edge of the block that takes', async () => {
  const { parts } = layeredDrawing(publishedV1, task, await laid);
  const wanted = connectionsOf(publishedV1);
  const lines = parts.filter(({ of }) => typeof of === 'object' && of !== null);
  expect(lines.map(({ of }) => of)).toEqual(wanted.map(({ from, to }) => [from, to]));
  for (const { of, shapes } of lines) {
    const [line] = shapes;
    const numbers = line?.kind === 'line' ? line.path.match(/-?[\d.]+/g)?.map(Number) : undefined;
    const box = parts.find((part) => part.of === (of as readonly number[])[1])?.shapes[0];
    if (box?.kind !== 'box') throw new Error('there is no such block');
    expect(numbers?.at(-1)).toBeCloseTo(box.y, 0);
    expect(numbers?.at(-2)).toBeGreaterThanOrEqual(box.x);
    expect(numbers?.at(-2)).toBeLessThanOrEqual(box.x + box.width);
  }
});
