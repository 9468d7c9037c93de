import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  activations,
  combinations,
  nodeCount,
  type RecurrentCell,
  nasCell,
} from '../architecture/cell/recurrent-cell';
import { drawCell, layOutCell, drawLstm } from './cell-drawing';
import { boxHeight, cellSizes } from './cell-parts';
import type { Shape } from './drawing';
import { figure5Cell } from '../testing/step-cell';

const operations = fc.record({
  combination: fc.constantFrom(...combinations),
  activation: fc.constantFrom(...activations),
});
const cells: fc.Arbitrary<RecurrentCell> = fc.constantFrom(2, 4, 8, 16).chain((base) =>
  fc.record({
    kind: fc.constant('cell' as const),
    base: fc.constant(base),
    nodes: fc.array(operations, { minLength: nodeCount(base), maxLength: nodeCount(base) }),
    inject: operations,
    readNode: fc.nat(nodeCount(base) - 1),
    injectedNode: fc.nat(nodeCount(base) - 1),
  }),
);

const textOf = (shapes: readonly Shape[]): string[] =>
  shapes.flatMap((shape) => (shape.kind === 'label' ? [shape.runs.map(({ text }) => text).join('')] : []));

it('no two boxes overlap, cell inject among them, and all lie inside the drawing', () => {
  fc.assert(
    fc.property(cells, (cell) => {
      const { boxes, inject, width, height } = layOutCell(cell);
      const all = [...boxes, inject].map((box) => ({
        left: box.x - cellSizes.boxWidth / 2,
        right: box.x + cellSizes.boxWidth / 2,
        top: box.y - boxHeight(box),
        bottom: box.y,
      }));
      for (const [index, box] of all.entries()) {
        expect(box.left).toBeGreaterThanOrEqual(0);
        expect(box.right).toBeLessThanOrEqual(width);
        expect(box.top).toBeGreaterThanOrEqual(0);
        expect(box.bottom).toBeLessThanOrEqual(height);
        for (const other of all.slice(index + 1))
          expect(
            box.right <= other.left ||
              other.right <= box.left ||
              box.bottom <= other.top ||
              other.bottom <= box.top,
          ).toBe(true);
      }
    }),
  );
});

it('leaves are the lowest, the root the highest, children below their parent', () => {
  fc.assert(
    fc.property(cells, ({ base, ...cell }) => {
      const { boxes } = layOutCell({ base, ...cell });
      for (const [node, box] of boxes.entries()) {
        if (node < base) expect(box.y).toBe(boxes[0]?.y);
        else
          for (const child of [2 * (node - base), 2 * (node - base) + 1])
            expect(boxes[child]?.y).toBeGreaterThan(box.y);
      }
    }),
  );
});

it('each node is one part that can be chosen; c_t is at the read node, c_{t−1} at cell inject, h_t on top', () => {
  fc.assert(
    fc.property(cells, (cell) => {
      const { parts, width, height } = drawCell(cell);
      const named = parts.filter(({ name }) => name !== null);
      expect(named.map(({ of }) => of)).toEqual([...Array(nodeCount(cell.base) + 1).keys()]);
      for (const { of, shapes } of named) {
        expect(textOf(shapes).includes('ct')).toBe(of === cell.readNode);
        expect(textOf(shapes).includes('ct−1')).toBe(of === nodeCount(cell.base));
      }
      expect(parts.filter(({ shapes }) => textOf(shapes).includes('ht'))).toHaveLength(1);
      for (const shape of parts.flatMap(({ shapes }) => shapes))
        if (shape.kind === 'label') {
          expect(shape.x).toBeGreaterThanOrEqual(0);
          expect(shape.x).toBeLessThanOrEqual(width);
          expect(shape.y).toBeGreaterThanOrEqual(0);
          expect(shape.y).toBeLessThanOrEqual(height);
        }
    }),
  );
});

it('the worked example of the paper reads c_t at node 1 and injects c_{t−1} into node 0', () => {
  const parts = drawCell(figure5Cell).parts.map(({ name }) => name);
  expect(parts).toContain('Node 0: tanh(add), c_{t−1} is injected into its output');
  expect(parts).toContain('Node 1: relu(elem_mult), c_t is read before its activation');
  expect(parts).toContain('Node 2: sigmoid(elem_mult), its result is h_t');
  expect(parts).toContain('Cell inject: relu(add) with c_{t−1}');
});

it('a cell without the memory of an LSTM is as easy to tell from it as NASCell: their boxes differ in number', () => {
  const boxes = (drawing: ReturnType<typeof drawCell>) =>
    drawing.parts.flatMap(({ shapes }) => shapes).filter(({ kind }) => kind === 'box').length;
  expect(boxes(drawCell(nasCell))).toBe(16);
  expect(boxes(drawLstm())).toBe(9);
});
