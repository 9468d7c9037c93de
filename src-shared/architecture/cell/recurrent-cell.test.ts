import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import cells from '../fixtures/cells.json';
import { nasCell, childrenOf, parentOf, type RecurrentCell } from './recurrent-cell';
import { figure5Cell, stepCell } from '../../testing/step-cell';

const vector = z.array(z.number());
const stateSchema = z.object({ h: vector, c: vector });
const courseSchema = z.object({
  w: z.array(z.array(vector)),
  u: z.array(z.array(vector)),
  x: z.array(vector),
  start: stateSchema,
  steps: z.array(stateSchema),
});

function dot(row: readonly number[], values: readonly number[]): number {
  return row.reduce((sum, weight, i) => sum + weight * (values[i] ?? Number.NaN), 0);
}

/** The largest difference of any h or c of the course from those that numpy computed. */
function deviation(cell: RecurrentCell, course: z.infer<typeof courseSchema>): number {
  let { h, c } = course.start;
  let worst = 0;
  for (const [t, x] of course.x.entries()) {
    const before = { h, c };
    const stepped = before.c.map((state, unit) =>
      stepCell(
        cell,
        course.w.map((rows) => dot(rows[unit] ?? [], x)),
        course.u.map((rows) => dot(rows[unit] ?? [], before.h)),
        state,
      ),
    );
    h = stepped.map((unit) => unit.hidden);
    c = stepped.map((unit) => unit.state);
    const expected = course.steps[t];
    h.forEach(
      (value, unit) => (worst = Math.max(worst, Math.abs(value - (expected?.h[unit] ?? Number.NaN)))),
    );
    c.forEach(
      (value, unit) => (worst = Math.max(worst, Math.abs(value - (expected?.c[unit] ?? Number.NaN)))),
    );
  }
  return worst;
}

describe('a recurrent cell', () => {
  it('computes the example of figure 5 number by number', () => {
    // a0 = tanh(0.3 + 0.2), a1 = relu(0.5 · 2), a0_new = relu(a0 + 0.1), h = sigmoid(a0_new ⊙ a1), c = 0.5 · 2
    const { hidden, state } = stepCell(figure5Cell, [0.3, 0.5], [0.2, 2], 0.1);
    expect(state).toBeCloseTo(1, 12);
    expect(hidden).toBeCloseTo(1 / (1 + Math.exp(-(Math.tanh(0.5) + 0.1))), 12);
  });

  it('reads c_t before the activation: a negative product passes although its node is a ReLU', () => {
    expect(stepCell(figure5Cell, [0, -1], [0, 2], 0).state).toBe(-2);
  });

  it('follows numpy over ten steps of the example', () => {
    expect(deviation(figure5Cell, courseSchema.parse(cells.figure5))).toBeLessThan(1e-6);
  });

  it('follows numpy over ten steps of the published NASCell', () => {
    expect(deviation(nasCell, courseSchema.parse(cells.nasCell))).toBeLessThan(1e-6);
  });

  it('numbers leaves first, then level by level to the root', () => {
    expect(childrenOf(8, 3)).toBeUndefined();
    expect([8, 11, 12, 13, 14].map((node) => childrenOf(8, node))).toEqual([
      [0, 1],
      [6, 7],
      [8, 9],
      [10, 11],
      [12, 13],
    ]);
    expect([0, 7, 8, 12, 14].map((node) => parentOf(8, node))).toEqual([8, 11, 12, 14, undefined]);
  });
});
