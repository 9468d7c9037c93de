import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Generator } from '../../src-shared/random';
import { elementwiseOpCases } from '../testing/elementwise-op-cases';
import type { Draw, OpCase } from '../testing/op-case';
import { customOpCases } from '../testing/custom-op-cases';
import { structuralOpCases } from '../testing/structural-op-cases';
import { gradients, opTable } from './gradients';
import { Graph, type Shape, type Tensor } from './graph';
import { loadEngine } from './load';
import { sizeOf } from './op';
import { mul } from './ops/arithmetic';
import { sum } from './ops/broadcast';
import { constant, placeholder } from './ops/source';
import { fetchedFloats, fetchedNumber, openSession, type Session } from './session';

const opCases = [...elementwiseOpCases, ...structuralOpCases, ...customOpCases];
const random = Generator.seeded(7);

function draw(shape: Shape, how: Draw): Float32Array {
  const size = sizeOf(shape);
  const ranks = random.shuffle(Array.from({ length: size }, (_, i) => i));
  return Float32Array.from({ length: size }, (_, i) => {
    // Successive draws interleave: no value of one is near a value of another.
    if (how === 'distinct') return ((ranks[i] ?? 0) - size / 2) * 0.1 + 0.02 * shape.length;
    const magnitude = 0.4 + random.uniform();
    return how === 'signed' && random.uniform() < 0.5 ? -magnitude : magnitude;
  });
}

/** A case with values, and a projection of its result to one number. */
interface Drawn {
  readonly signature: string;
  readonly case: OpCase;
  readonly values: readonly Float32Array[];
  readonly projection: Float32Array;
}

const graph = new Graph();
const drawn: readonly Drawn[] = opCases.map((opCase, i) => {
  const signature = `case_${i}`;
  const values = opCase.inputs.map((shape) => draw(shape, opCase.draw ?? 'signed'));
  const inputs = opCase.inputs.map((shape, k) => placeholder(graph, `${signature}/${k}`, shape));
  const result = opCase.build(...(inputs as [Tensor, Tensor, Tensor]));
  const projection = draw(result.shape, 'signed');
  const loss = sum(
    mul(result, constant(graph, { dtype: 'float32', shape: result.shape, values: projection })),
  );
  const named = <T>(items: readonly T[]): Record<string, T> =>
    Object.fromEntries(items.map((item, k) => [String(k), item]));
  graph.addSignature(signature, { inputs: named(inputs), outputs: { loss } });
  graph.addSignature(`${signature}_gradients`, {
    inputs: named(inputs),
    outputs: { loss, ...named(gradients(loss, inputs)) },
  });
  return { signature, case: opCase, values, projection };
});

let session: Session;
beforeAll(async () => {
  session = await openSession(graph);
});
afterAll(() => session.close());

function feeds(values: readonly Float32Array[]): Record<string, Float32Array> {
  return Object.fromEntries(values.map((value, k) => [String(k), value]));
}

/** The loss with element `at` of input `k` moved. */
function lossAt({ signature, values }: Drawn, k: number, at: number, by: number): number {
  const moved = values.map((value, i) => (i === k ? value.with(at, (value[at] ?? 0) + by) : value));
  return fetchedNumber(session.run(signature, feeds(moved)), 'loss');
}

describe.each(drawn)('$case.op $case.about', (of) => {
  it('has the gradients of finite differences', () => {
    const results = session.run(`${of.signature}_gradients`, feeds(of.values));
    const step = 0.01;
    for (const [k, value] of of.values.entries()) {
      for (const [at, gradient] of fetchedFloats(results, String(k)).entries()) {
        const slope = (lossAt(of, k, at, step) - lossAt(of, k, at, -step)) / (2 * step);
        expect(
          Math.abs(gradient - slope),
          `input ${k}, element ${at}: ${gradient}, not ${slope}`,
        ).toBeLessThan(4e-3 * (1 + Math.abs(slope)));
      }
      expect(fetchedFloats(results, String(k))).toHaveLength(value.length);
    }
  });

  it('has the value and the gradients of eager tfjs', () => {
    const tf = loadEngine();
    const results = session.run(`${of.signature}_gradients`, feeds(of.values));
    tf.tidy(() => {
      const inputs = of.values.map((value, k) => tf.tensor(value, [...(of.case.inputs[k] ?? [])]));
      const loss = (...x: ReturnType<typeof tf.tensor>[]): ReturnType<typeof tf.scalar> => {
        const y = of.case.eager(tf, ...(x as [never, never, never]));
        return tf.sum(tf.mul(y, tf.tensor(of.projection, y.shape)));
      };
      const { value, grads } = tf.valueAndGrads(loss)(inputs);
      expect(near(fetchedNumber(results, 'loss'), value.dataSync()[0] ?? NaN)).toBe(true);
      for (const [k, gradient] of grads.entries()) {
        const ours = fetchedFloats(results, String(k));
        const theirs = gradient.dataSync();
        const far = [...ours].findIndex((g, i) => !near(g, theirs[i] ?? NaN));
        expect(
          far === -1 ? 'near' : `element ${far} of ${k}: ${ours[far] ?? NaN}, not ${theirs[far] ?? NaN}`,
        ).toBe('near');
      }
    });
  });
});

function near(a: number, b: number): boolean {
  return Math.abs(a - b) <= 2e-5 * (1 + Math.abs(b));
}

describe('the op table', () => {
  it('has a case for every op that declares a gradient', () => {
    const declared = [...opTable.values()].filter((op) => 'gradient' in op).map(({ name }) => name);
    expect(declared.length).toBeGreaterThan(40);
    const withoutCase = declared.filter((name) => !opCases.some(({ op }) => op === name));
    // Custom ops do not run everywhere.
    expect(withoutCase.filter((name) => customOpCases.length > 0 || !name.startsWith('Cellsmith'))).toEqual(
      [],
    );
  });

  it('names each op once', () => {
    for (const [name, op] of opTable) expect(op.name).toBe(name);
  });

  it.each(drawn)('a case builds its op: $case.op $case.about', ({ case: opCase }) => {
    const alone = new Graph();
    opCase.build(
      ...(opCase.inputs.map((shape, k) => placeholder(alone, String(k), shape)) as [Tensor, Tensor, Tensor]),
    );
    expect(alone.nodes.map((node) => node.op)).toContain(opCase.op);
  });
});
