import { describe, expect, it } from 'vitest';
import { gradients } from './gradients';
import { Graph, type Tensor } from './graph';
import { relu } from './ops/activation';
import { add, mul, scale, sub } from './ops/arithmetic';
import { reshape, sum } from './ops/broadcast';
import { conv2d } from './ops/convolution';
import { concat, slice } from './ops/layout';
import { cast } from './ops/logic';
import { matMul } from './ops/matrix';
import { batchNormTraining } from './ops/normalization';
import { argMax } from './ops/reduction';
import { constant, placeholder } from './ops/source';
import { fetchedNumber, openSession } from './session';
import { readVariable, variable } from './variables';

const square = (x: Tensor): Tensor => mul(x, x);

async function valuesOf(
  graph: Graph,
  outputs: Record<string, Tensor>,
  x: number,
): Promise<Record<string, number>> {
  const [fed] = graph.nodes.flatMap((node) => (node.name === 'x' ? node.outputs : []));
  graph.addSignature('run', { inputs: fed ? { x: fed } : {}, outputs });
  const session = await openSession(graph);
  const results = session.run('run', { x });
  session.close();
  return Object.fromEntries(Object.keys(outputs).map((name) => [name, fetchedNumber(results, name)]));
}

describe('gradients', () => {
  it('is the sum over all uses of a tensor', async () => {
    const graph = new Graph();
    const x = placeholder(graph, 'x', []);
    const loss = mul(square(x), mul(x, square(x)));
    const [dx = loss] = gradients(loss, [x]);
    expect(await valuesOf(graph, { dx }, 1.5)).toEqual({ dx: 5 * 1.5 ** 4 });
  });

  it('is zero for what the loss does not depend on', async () => {
    const graph = new Graph();
    const x = placeholder(graph, 'x', []);
    const other = constant(graph, 7);
    const loss = square(x);
    const [dx = loss, none = loss] = gradients(loss, [x, other]);
    expect(await valuesOf(graph, { dx, none }, 3)).toEqual({ dx: 6, none: 0 });
  });

  it('can be taken with respect to intermediate tensors', async () => {
    const graph = new Graph();
    const x = placeholder(graph, 'x', []);
    const y = square(x);
    const loss = square(y);
    const [dx = loss, dy = loss, dloss = loss] = gradients(loss, [x, y, loss]);
    expect(await valuesOf(graph, { dx, dy, dloss }, 2)).toEqual({ dx: 32, dy: 8, dloss: 1 });
  });

  it.each([false, true])(
    'of a weight that many steps use are one product of the stacked steps (transposed: %s)',
    async (transposeB) => {
      const graph = new Graph();
      const x = placeholder(graph, 'x', []);
      const weight = constant(graph, {
        dtype: 'float32',
        shape: [3, 3],
        values: Float32Array.of(1, 2, -1, 0, 1, 3, 2, 0, 1),
      });
      // h_t = (h_{t−1} W) ⊙ s_t, from h_0 = (x, 1, 2): the weight is used in every step.
      const start = concat(
        [
          reshape(x, [1, 1]),
          constant(graph, { dtype: 'float32', shape: [1, 2], values: Float32Array.of(1, 2) }),
        ],
        1,
      );
      const scaled = mul(weight, constant(graph, 1));
      const run = (w: Tensor): Tensor => {
        let h = start;
        for (let step = 1; step <= 4; step++) h = scale(matMul(h, w, { transposeB }), 0.1 * step);
        return sum(square(h));
      };
      const loss = run(scaled);
      const products = (): number => graph.nodes.filter(({ op }) => op === 'MatMul').length;
      const before = products();
      const [dw = loss, dx = loss] = gradients(loss, [scaled, x]);
      // Four backwards through the steps, and one for the weight.
      expect(products() - before).toBe(5);
      const step = 1e-3;
      const moved = (delta: number): Tensor =>
        run(
          add(
            scaled,
            constant(graph, {
              dtype: 'float32',
              shape: [3, 3],
              values: Float32Array.of(0, 0, 0, 0, 0, delta, 0, 0, 0),
            }),
          ),
        );
      const difference = scale(sub(moved(step), moved(-step)), 1 / (2 * step));
      const entry = reshape(slice(dw, [1, 2], [1, 1]), []);
      const values = await valuesOf(graph, { entry, difference, dx }, 0.5);
      expect(values['entry']).toBeCloseTo(values['difference'] ?? NaN, 2);
      expect(Math.abs(values['entry'] ?? 0)).toBeGreaterThan(0.1);
    },
  );

  it('does not compute the input gradient of a first convolution', () => {
    const graph = new Graph();
    const images = placeholder(graph, 'images', [2, 4, 4, 3]);
    const kernels = [variable(graph, 'a', [3, 3, 3, 5]), variable(graph, 'b', [3, 3, 5, 2])].map((v) =>
      readVariable(v),
    );
    const [first = images, second = images] = kernels;
    const loss = sum(conv2d(relu(conv2d(images, first)), second));
    gradients(loss, kernels);
    expect(graph.nodes.filter(({ op }) => op === 'Conv2DBackpropFilter')).toHaveLength(2);
    expect(graph.nodes.filter(({ op }) => op === 'Conv2DBackpropInput')).toHaveLength(1);
  });

  it('emits a ReLU after batch normalisation as a maximum, with the gradient of a ReLU', () => {
    const graph = new Graph();
    const x = placeholder(graph, 'x', [2, 4, 4, 3]);
    const vector = constant(graph, [1, 1, 1]);
    const y = relu(batchNormTraining(x, vector, vector, 1e-3).y);
    gradients(sum(y), [x]);
    expect(y.node.op).toBe('Maximum');
    expect(graph.nodes.filter(({ op }) => op === 'ReluGrad')).toHaveLength(1);
    expect(relu(x).node.op).toBe('Relu');
  });

  it('reads a variable once, however often it is used', () => {
    const graph = new Graph();
    const held = variable(graph, 'w', [3]);
    gradients(sum(mul(readVariable(held), readVariable(held))), [readVariable(held)]);
    expect(graph.nodes.filter(({ op }) => op === 'ReadVariableOp')).toHaveLength(1);
  });

  it('stops at integers', () => {
    const graph = new Graph();
    const x = placeholder(graph, 'x', [2, 3]);
    const loss = sum(mul(cast(argMax(x, 1), 'float32'), sum(x, { axes: [1] })));
    const [dx] = gradients(loss, [x]);
    expect(dx?.shape).toEqual([2, 3]);
  });

  it('rejects an op without a gradient, an unknown op, and a loss of several numbers', () => {
    const graph = new Graph();
    const x = placeholder(graph, 'x', [2, 3]);
    const [dx = x] = gradients(sum(relu(x)), [x]);
    expect(() => gradients(sum(dx), [x])).toThrow(/ReluGrad.*no gradient/);
    const [foreign = x] = graph.add({ op: 'Erf', inputs: [x], outputs: [x] }).outputs;
    expect(() => gradients(sum(foreign), [x])).toThrow(/Erf.*not in the op table/);
    expect(() => gradients(x, [x])).toThrow(/one number.*\[2, 3\]/);
  });
});

describe('a graph of thousands of nodes', () => {
  it('is differentiated with a linear number of nodes', () => {
    const graph = new Graph();
    const w = variable(graph, 'w', [2]);
    const read = readVariable(w);
    let x: Tensor = placeholder(graph, 'x', []);
    for (let i = 0; i < 5000; i++) x = mul(read, x);
    const [dw = x] = gradients(sum(x), [read]);
    expect(dw.shape).toEqual([2]);
    expect(graph.nodes.length).toBeLessThan(30_000);
  });
});
