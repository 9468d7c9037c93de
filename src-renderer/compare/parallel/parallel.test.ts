import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nasCell } from '../../../src-shared/architecture/cell/recurrent-cell';
import { presets } from '../../../src-shared/config/presets';
import { readConvSteps, convSpace } from '../../../src-shared/tasks/conv/conv-space';
import type { Decision } from '../../../src-shared/search-space';
import {
  decisionAxes,
  type DecisionAxis,
  axisMarks,
  brushedValues,
  brushOf,
  drawnAxis,
  passing,
  scaleColour,
} from './axes';
import { linePieces } from './draw';
import { encodeCell } from '../../../src-shared/testing/encode-cell';

const { config } = presets.v2;
const { space } = config;

/** Decisions of a network of some layers, from a list of numbers. */
function decisionsOf(depth: number, draws: readonly number[]): Decision[] {
  const decisions: Decision[] = [];
  for (
    let point = convSpace(space).next(decisions, depth);
    point;
    point = convSpace(space).next(decisions, depth)
  ) {
    const draw = draws[decisions.length % draws.length] ?? 0;
    decisions.push(
      point.kind === 'choice'
        ? draw % point.options.length
        : point.candidates.map((_, bit) => (draw >> bit) & 1),
    );
  }
  return decisions;
}

const network = (depth: number, draws: readonly number[]) => ({
  run: { config },
  trial: { depth, decisions: decisionsOf(depth, draws) as (number | number[])[] },
});

it('the axes say of every network what its decisions mean', () => {
  const draw = fc.tuple(
    fc.integer({ min: 1, max: 4 }),
    fc.array(fc.nat(255), { minLength: 1, maxLength: 30 }),
  );
  fc.assert(
    fc.property(fc.array(draw, { minLength: 1, maxLength: 6 }), (draws) => {
      const networks = draws.map(([depth, numbers]) => network(depth, numbers));
      const axes = new Map(decisionAxes(networks).map((axis) => [axis.key, axis]));
      for (const [index, { trial }] of networks.entries()) {
        const { steps } = readConvSteps(space, trial.depth, trial.decisions);
        for (let layer = 1; layer <= 4; layer++) {
          const step = steps[layer - 1];
          const height = axes.get(`filterHeight ${layer}`);
          const place = height?.values[index] ?? null;
          expect(place === null ? undefined : height?.options?.[place]).toBe(step?.choices.filterHeight);
          const links = axes.get(`anchorPoint ${layer}`);
          if (links !== undefined)
            expect(links.values[index]).toBe(step === undefined ? null : step.sources.length);
        }
      }
    }),
    { numRuns: 40 },
  );
});

const options: DecisionAxis = {
  key: 'a',
  name: 'a',
  label: ['Layer 1', 'a'],
  options: [1, 3, 5, 7],
  values: [0, 1, 2, 3, null, 3],
};
const numbers: DecisionAxis = {
  key: 'b',
  name: 'b',
  label: ['Network', 'b'],
  options: null,
  values: [0.5, 1.5, 2.5, 3.5, 4.5, 10.5],
};

it('a brush lets through what lies between its ends, and nothing that has no value there', () => {
  const axes = [drawnAxis(options), drawnAxis(numbers)];
  expect(passing(axes, new Map(), 6)).toEqual([true, true, true, true, true, true]);
  const some = new Map([['a', brushOf(options, 1, 3)]]);
  expect(passing(axes, some, 6)).toEqual([false, true, true, true, false, true]);
  const both = new Map([...some, ['b', brushOf(numbers, 2.5, 3.5)]]);
  expect(passing(axes, both, 6)).toEqual([false, false, true, true, false, false]);
});

it('the values between the ends of a brush are those that made it', () => {
  fc.assert(
    fc.property(fc.nat(3), fc.nat(3), (one, other) => {
      const [min, max] = [Math.min(one, other), Math.max(one, other)];
      expect(brushedValues(options, brushOf(options, min, max))).toEqual({ min, max });
    }),
  );
  expect(brushedValues(numbers, brushOf(numbers, 4.6, 10))).toBeNull();
});

it('options have bands of equal height, and networks lie inside the band of theirs', () => {
  expect(axisMarks(options, String)).toEqual([
    { height: 0.125, text: '1' },
    { height: 0.375, text: '3' },
    { height: 0.625, text: '5' },
    { height: 0.875, text: '7' },
  ]);
  const { spread } = drawnAxis(options);
  for (const [index, value] of options.values.entries())
    if (value !== null) expect(Math.floor(4 * (spread[index] ?? NaN))).toBe(value);
});

it('a line is broken where a network has nothing on an axis', () => {
  const axes = [options, numbers, options, numbers, numbers].map(drawnAxis);
  const plot = { xs: [0, 10, 20, 30, 40], top: 0, bottom: 100 };
  expect(linePieces(axes, plot, 0).map((piece) => piece.length)).toEqual([5]);
  expect(linePieces(axes, plot, 4).map((piece) => piece.map(([x]) => x))).toEqual([[30, 40]]);
});

it('a fraction is interpolated between the colours of the scale', () => {
  const scale = ['#000000', '#808080', '#ffffff'];
  expect([0, 0.25, 0.5, 1, 7].map((share) => scaleColour(scale, share))).toEqual([
    '#000000',
    '#404040',
    '#808080',
    '#ffffff',
    '#ffffff',
  ]);
});

it('the nodes of a cell are in order, followed by the decisions about the whole cell', () => {
  const { config: cells } = presets['ptb-base8'];
  const decisions = [...encodeCell(cells.space, nasCell)];
  const axes = decisionAxes([{ run: { config: cells }, trial: { depth: 1, decisions } }]);
  const places = [...new Set(axes.map(({ label }) => label[0]))];
  expect(places).toEqual([...Array.from({ length: 15 }, (_, node) => `Node ${node}`), 'Cell']);
  const shown = (key: string) => {
    const axis = axes.find((one) => one.key === key);
    return axis?.options?.[axis.values[0] ?? -1];
  };
  // The published cell: the root is tanh of a product, c is injected into node 8 by tanh of a sum and read at node 12.
  expect([shown('combination 14'), shown('activation 14')]).toEqual(['elem_mult', 'tanh']);
  expect([shown('injectCombination 14'), shown('injectActivation 14')]).toEqual(['add', 'tanh']);
  expect([shown('injectedNode 14'), shown('readNode 14')]).toEqual([8, 12]);
});
