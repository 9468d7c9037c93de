import { expect, it } from 'vitest';
import { figure5Cell, nasCell } from '../../src-shared/architecture/cell/published-cells';
import { drawCell } from './draw-cell';

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
