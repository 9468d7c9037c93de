import { describe, expect, it } from 'vitest';
import type { LanguageDropout } from '../../../src-shared/tasks/text/text-recipe';
import { Graph, type Tensor } from '../../engine/graph';
import { evaluationPass, trainingPass } from '../../engine/layers';
import { filled } from '../../engine/ops/broadcast';
import { constant, placeholder } from '../../engine/ops/source';
import { fetchedFloats, openSession } from '../../engine/session';
import { dropoutLayers, type DropoutLayers } from './language-network';

const [steps, batch, hidden, vocabulary] = [6, 4, 50, 3];
const ids = Int32Array.from({ length: steps * batch }, (_, i) => (i * 5 + Math.floor(i / 4)) % vocabulary);

/** What ones [steps, batch, hidden], or whatever `make` gives, become under two seeds. */
async function dropped(
  rule: LanguageDropout,
  make: (drop: DropoutLayers, ones: Tensor, words: Tensor) => Tensor | undefined,
  seeds: readonly (readonly [number, number])[] = [[3, 4]],
): Promise<Float32Array[]> {
  const graph = new Graph();
  const seed = placeholder(graph, 'seed', [2], 'int32');
  const words = constant(graph, { dtype: 'int32', shape: [steps, batch], values: ids });
  const made = make(
    dropoutLayers(rule, vocabulary, trainingPass(seed)),
    filled(graph, [steps, batch, hidden], 1),
    words,
  );
  if (!made) throw new Error('nothing was made');
  graph.addSignature('run', { inputs: { seed }, outputs: { made } });
  const session = await openSession(graph);
  const results = seeds.map((fed) =>
    fetchedFloats(session.run('run', { seed: Int32Array.from(fed) }), 'made'),
  );
  session.close();
  return results;
}

const variational: LanguageDropout = {
  kind: 'variational',
  words: 0.4,
  between: 0.25,
  recurrent: 0.5,
  output: 0.75,
  samples: 0,
};

function stepsOf(values: Float32Array): number[][] {
  return Array.from({ length: steps }, (_, t) => [
    ...values.slice(t * batch * hidden, (t + 1) * batch * hidden),
  ]);
}

/** The share of zeros, and the values that occur otherwise. */
function account(values: Float32Array): { readonly zeros: number; readonly others: ReadonlySet<number> } {
  return {
    zeros: values.filter((value) => value === 0).length / values.length,
    others: new Set(values.filter((value) => value !== 0)),
  };
}

describe('dropout of a language model', () => {
  it('uses a new mask at every step in the standard form, at its rate, and scales the rest up', async () => {
    const [values = new Float32Array()] = await dropped({ kind: 'standard', rate: 0.5 }, (drop, ones) =>
      drop.between(ones),
    );
    const { zeros, others } = account(values);
    expect(zeros).toBeCloseTo(0.5, 1);
    expect([...others]).toEqual([2]);
    const [first, ...later] = stepsOf(values);
    for (const step of later) expect(step).not.toEqual(first);
  });

  it('has one mask for all steps in the variational form, another for each place and seed', async () => {
    const [values = new Float32Array(), other] = await dropped(
      variational,
      (drop, ones) => drop.output(drop.between(ones)),
      [
        [3, 4],
        [3, 900],
      ],
    );
    const [first, ...later] = stepsOf(values);
    for (const step of later) expect(step).toEqual(first);
    expect(account(values).zeros).toBeCloseTo(1 - 0.75 * 0.25, 1);
    expect(other).not.toEqual(values);
  });

  it('drops a whole word everywhere in the window of its row, independently of other rows', async () => {
    const [values = new Float32Array()] = await dropped(variational, (drop, ones, words) =>
      drop.words(ones, words),
    );
    const fates = new Map<string, Set<number>>();
    for (let place = 0; place < steps * batch; place++) {
      const key = `${place % batch}: ${ids[place] ?? NaN}`;
      const fate = fates.get(key) ?? new Set<number>();
      for (const value of values.slice(place * hidden, (place + 1) * hidden)) fate.add(value);
      fates.set(key, fate);
    }
    const decided = [...fates.values()].map((fate) => [...fate]);
    expect(decided.every((fate) => fate.length === 1)).toBe(true);
    expect(new Set(decided.flat())).toEqual(new Set([0, Math.fround(1 / 0.6)]));
  });

  it('masks the recurrent connections only in the variational form', async () => {
    const [mask = new Float32Array()] = await dropped(variational, (drop) =>
      drop.recurrentMask(batch, hidden),
    );
    expect(account(mask).zeros).toBeCloseTo(0.5, 1);
    const graph = new Graph();
    const seed = placeholder(graph, 'seed', [2], 'int32');
    const standard = dropoutLayers({ kind: 'standard', rate: 0.5 }, vocabulary, trainingPass(seed));
    expect(standard.recurrentMask(batch, hidden)).toBeUndefined();
  });

  it('is absent in evaluation, and at a rate of 0', () => {
    const graph = new Graph();
    const ones = filled(graph, [steps, batch, hidden], 1);
    const words = filled(graph, [steps, batch], 1);
    for (const drop of [
      dropoutLayers(variational, vocabulary, evaluationPass()),
      dropoutLayers({ kind: 'none' }, vocabulary, trainingPass()),
      dropoutLayers({ kind: 'standard', rate: 0 }, vocabulary, trainingPass()),
      dropoutLayers({ ...variational, words: 0, between: 0, recurrent: 0, output: 0 }, 3, trainingPass()),
    ]) {
      expect(drop.between(ones)).toBe(ones);
      expect(drop.output(ones)).toBe(ones);
      expect(drop.words(ones, words)).toBe(ones);
      expect(drop.recurrentMask(batch, hidden)).toBeUndefined();
    }
  });
});
