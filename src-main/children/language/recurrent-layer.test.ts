import { describe, expect, it } from 'vitest';
import type { LanguageCell } from '../../../src-shared/architecture/cell/language-model';
import { nasCell } from '../../../src-shared/architecture/cell/recurrent-cell';
import { Generator } from '../../../src-shared/random';
import { cellSpace, decodeCell } from '../../../src-shared/tasks/cell/cell-space';
import { addAssignSignature } from '../../engine/compile';
import { gradients } from '../../engine/gradients';
import { Graph, type Tensor } from '../../engine/graph';
import { hasCustomOps } from '../../engine/load';
import { uniform } from '../../engine/layers';
import { sizeOf } from '../../engine/op';
import { mul } from '../../engine/ops/arithmetic';
import { sum } from '../../engine/ops/broadcast';
import { placeholder } from '../../engine/ops/source';
import { type Fetched, fetchedFloats, openSession } from '../../engine/session';
import { readVariable } from '../../engine/variables';
import { formOfCell } from './cell-form';
import { recurrentLayer } from './recurrent-layer';

interface Case {
  readonly name: string;
  readonly cell: LanguageCell;
  readonly steps: number;
  readonly batch: number;
  readonly hidden: number;
  readonly masked: boolean;
}

/** Units that fill vectors and that do not; rows for one tile of a kernel, and for more. */
const cases: readonly Case[] = [
  { name: 'NASCell', cell: nasCell, steps: 6, batch: 20, hidden: 19, masked: false },
  { name: 'NASCell with dropout of h', cell: nasCell, steps: 4, batch: 3, hidden: 32, masked: true },
  { name: 'LSTM', cell: { kind: 'lstm' }, steps: 5, batch: 25, hidden: 16, masked: false },
  { name: 'LSTM with dropout of h', cell: { kind: 'lstm' }, steps: 5, batch: 50, hidden: 21, masked: true },
  { name: 'RNN', cell: { kind: 'rnn' }, steps: 3, batch: 1, hidden: 1, masked: false },
  { name: 'NASCell of one step', cell: nasCell, steps: 1, batch: 2, hidden: 5, masked: true },
  ...[2, 4, 8, 16].flatMap((base) =>
    Array.from({ length: 3 }, (_, seed) => ({
      name: `cell of base ${base}, drawn with seed ${seed}`,
      cell: randomCell(base, seed),
      steps: 3,
      batch: 7,
      hidden: 10 + seed,
      masked: seed === 0,
    })),
  ),
];

describe.runIf(hasCustomOps())('a recurrent layer as a custom op', () => {
  it.each(cases)(
    'computes what the unrolled graph computes: $name',
    async ({ cell, steps, batch, hidden, masked }) => {
      const [unrolled, own] = await Promise.all(
        [false, true].map((customOps) => run({ cell, steps, batch, hidden, masked }, customOps)),
      );
      expect(Object.keys(own ?? {}).length).toBeGreaterThanOrEqual(5);
      for (const name of Object.keys(unrolled ?? {})) {
        const [expected, found] = [fetchedFloats(unrolled ?? {}, name), fetchedFloats(own ?? {}, name)];
        expect(found.length).toBe(expected.length);
        const largest = Math.max(1, ...expected.map(Math.abs));
        const differences = expected.map((value, i) => Math.abs(value - (found[i] ?? NaN)));
        expect(Math.max(...differences), name).toBeLessThan(3e-6 * largest);
      }
    },
  );
});

/** Outputs, last state and gradients of a layer from drawn weights on drawn inputs. */
async function run(
  { cell, steps, batch, hidden, masked }: Omit<Case, 'name'>,
  customOps: boolean,
): Promise<Record<string, Fetched>> {
  const graph = new Graph();
  const fed = {
    inputs: placeholder(graph, 'inputs', [steps, batch, hidden]),
    h: placeholder(graph, 'h', [batch, hidden]),
    c: placeholder(graph, 'c', [batch, hidden]),
    projection: placeholder(graph, 'projection', [steps, batch, hidden]),
    ...(masked ? { mask: placeholder(graph, 'mask', [batch, hidden]) } : {}),
  };
  const form = formOfCell(cell, 0.5);
  const layer = recurrentLayer(graph, 'layer', form, hidden, uniform(0.6), customOps);
  const start = form.hasC ? { h: fed.h, c: fed.c } : { h: fed.h };
  const { outputs, state } = layer(fed.inputs, start, fed.mask);
  const wrt = [fed.inputs, ...graph.variables.map((variable) => readVariable(variable))];
  const found = gradients(sum(mul(outputs, fed.projection)), wrt);
  const named = found.map((gradient, i): [string, Tensor] => [`gradient ${i}`, gradient]);
  graph.addSignature('run', {
    inputs: fed,
    outputs: { outputs, h: state.h, ...(state.c ? { c: state.c } : {}), ...Object.fromEntries(named) },
  });
  addAssignSignature(graph, 'assign', graph.variables);
  const session = await openSession(graph);
  const generator = Generator.seeded(5);
  const drawn = (shape: readonly number[], deviation: number): Float32Array =>
    Float32Array.from({ length: sizeOf(shape) }, () => deviation * generator.normal());
  session.run(
    'assign',
    Object.fromEntries(graph.variables.map(({ name, shape }) => [name, drawn(shape, 0.4)])),
  );
  const feeds = Object.entries(fed).map(([name, { shape }]) => [name, drawn(shape, 1)] as const);
  const results = session.run('run', Object.fromEntries(feeds));
  session.close();
  return results;
}

function randomCell(base: number, seed: number): LanguageCell {
  const options = {
    base,
    combinations: ['elem_mult', 'add', 'max'],
    activations: ['identity', 'tanh', 'sigmoid', 'relu', 'sin'],
  } as const;
  const generator = Generator.seeded(seed);
  const space = cellSpace(options);
  const decisions: number[] = [];
  for (let point = space.next(decisions, 1); point?.kind === 'choice'; point = space.next(decisions, 1))
    decisions.push(generator.integer(point.options.length));
  return decodeCell(options, decisions);
}
