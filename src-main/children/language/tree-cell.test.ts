import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import cells from '../../../src-shared/architecture/fixtures/cells.json';
import { nasCell, nodeCount, type RecurrentCell } from '../../../src-shared/architecture/cell/recurrent-cell';
import { cellSpace, decodeCell } from '../../../src-shared/tasks/cell/cell-space';
import { Generator } from '../../../src-shared/random';
import { Graph } from '../../engine/graph';
import { cellStep } from '../../engine/ops/cell-graph';
import { matMul } from '../../engine/ops/matrix';
import { placeholder } from '../../engine/ops/source';
import { fetchedFloats, openSession } from '../../engine/session';
import { leafOrder, treeForm } from './cell-form';
import { figure5Cell, stepCell } from '../../../src-shared/testing/step-cell';

const vector = z.array(z.number());
const stateSchema = z.object({ h: vector, c: vector });
const courseSchema = z.object({
  w: z.array(z.array(vector)),
  u: z.array(z.array(vector)),
  x: z.array(vector),
  start: stateSchema,
  steps: z.array(stateSchema),
});

/** The matrices of the leaves, each [rows, columns] as W x wants them, side by side as x W wants them. */
function sideBySide(
  cell: RecurrentCell,
  matrices: readonly (readonly (readonly number[])[])[],
): Float32Array {
  const order = leafOrder(cell);
  const inputs = matrices[0]?.[0]?.length ?? 0;
  return Float32Array.from(
    Array.from({ length: inputs }, (_, i) =>
      order.flatMap((leaf) => (matrices[leaf] ?? []).map((row) => row[i] ?? NaN)),
    ).flat(),
  );
}

describe('a cell of the search space in a graph', () => {
  it.each([
    ['the example of figure 5', figure5Cell, cells.figure5],
    ['the published NASCell', nasCell, cells.nasCell],
  ])('%s follows numpy over ten steps to 1e-6', async (_name, cell, fixture) => {
    const course = courseSchema.parse(fixture);
    const [inputs, hidden] = [course.x[0]?.length ?? 0, course.start.h.length];
    const columns = cell.base * hidden;
    const graph = new Graph();
    const fed = {
      x: placeholder(graph, 'x', [1, inputs]),
      h: placeholder(graph, 'h', [1, hidden]),
      c: placeholder(graph, 'c', [1, hidden]),
      w: placeholder(graph, 'w', [inputs, columns]),
      u: placeholder(graph, 'u', [hidden, columns]),
    };
    const { h, c = h } = cellStep(treeForm(cell).program, matMul(fed.x, fed.w), matMul(fed.h, fed.u), fed.c);
    graph.addSignature('step', { inputs: fed, outputs: { h, c } });
    const session = await openSession(graph);
    const weights = { w: sideBySide(cell, course.w), u: sideBySide(cell, course.u) };
    let state: { h: Float32Array; c: Float32Array } = {
      h: Float32Array.from(course.start.h),
      c: Float32Array.from(course.start.c),
    };
    for (const [t, x] of course.x.entries()) {
      const results = session.run('step', { ...weights, ...state, x: Float32Array.from(x) });
      state = { h: fetchedFloats(results, 'h'), c: fetchedFloats(results, 'c') };
      for (let unit = 0; unit < hidden; unit++) {
        expect(Math.abs((state.h[unit] ?? NaN) - (course.steps[t]?.h[unit] ?? NaN))).toBeLessThan(1e-6);
        expect(Math.abs((state.c[unit] ?? NaN) - (course.steps[t]?.c[unit] ?? NaN))).toBeLessThan(1e-6);
      }
    }
    session.close();
  });

  it('computes random cells of every base like plain arithmetic, c_t read and injected anywhere', async () => {
    const generator = Generator.seeded(4);
    for (const base of [2, 4, 8, 16]) {
      const graph = new Graph();
      const fromInput = placeholder(graph, 'input', [1, base]);
      const fromHidden = placeholder(graph, 'hidden', [1, base]);
      const state = placeholder(graph, 'state', [1, 1]);
      const samples = Array.from({ length: 8 }, () => randomCell(base, generator));
      const outputs = samples.flatMap((cell, i) => {
        const { h, c = h } = cellStep(treeForm(cell).program, fromInput, fromHidden, state);
        return [
          [`h${i}`, h],
          [`c${i}`, c],
        ] as const;
      });
      graph.addSignature('step', {
        inputs: { fromInput, fromHidden, state },
        outputs: Object.fromEntries(outputs),
      });
      const session = await openSession(graph);
      const draw = (): Float32Array => Float32Array.from({ length: base }, () => generator.normal());
      const fed = { fromInput: draw(), fromHidden: draw(), state: Float32Array.of(0.4) };
      const results = session.run('step', fed);
      session.close();
      for (const [i, cell] of samples.entries()) {
        const order = leafOrder(cell);
        const ofLeaf = (values: Float32Array): number[] =>
          order.map((_, leaf) => values[order.indexOf(leaf)] ?? NaN);
        const expected = stepCell(cell, ofLeaf(fed.fromInput), ofLeaf(fed.fromHidden), fed.state[0] ?? NaN);
        expect(fetchedFloats(results, `h${i}`)[0]).toBeCloseTo(expected.hidden, 4);
        expect(fetchedFloats(results, `c${i}`)[0]).toBeCloseTo(expected.state, 4);
      }
    }
  });

  it('orders leaves with the same operation next to each other', () => {
    expect(leafOrder(nasCell)).toEqual([3, 4, 6, 0, 2, 5, 7, 1]);
  });
});

function randomCell(base: number, generator: Generator): RecurrentCell {
  const options = {
    base,
    combinations: ['elem_mult', 'add', 'max'],
    activations: ['identity', 'tanh', 'sigmoid', 'relu', 'sin'],
  } as const;
  const decisions: number[] = [];
  const space = cellSpace(options);
  for (let point = space.next(decisions, 1); point; point = space.next(decisions, 1)) {
    if (point.kind !== 'choice') throw new Error('a cell has choices only');
    decisions.push(generator.integer(point.options.length));
  }
  expect(decisions.length).toBe(2 * nodeCount(base) + 4);
  return decodeCell(options, decisions);
}
