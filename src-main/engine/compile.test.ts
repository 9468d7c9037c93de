import { describe, expect, it } from 'vitest';
import { addAssignSignature, compileModel } from './compile';
import { Graph } from './graph';
import { dense, trainingPass } from './layers';
import { sparseSoftmaxCrossEntropy } from './ops/activation';
import { add, sub } from './ops/arithmetic';
import { mean } from './ops/reduction';
import { constant, identity, placeholder } from './ops/source';
import { adam, momentum, type Optimizer } from './optimizers';
import { fetchedFloats, fetchedNumber, openSession, type FeedValue, type Session } from './session';
import { assign, readVariable, variable } from './variables';

function classifier(optimizer: Optimizer): Graph {
  const graph = new Graph();
  const x = placeholder(graph, 'x', [6, 4]);
  const labels = constant(graph, [0, 1, 2, 0, 1, 2], 'int32');
  const loss = mean(sparseSoftmaxCrossEntropy(dense(graph, 'output', [4, 3])(x, trainingPass()), labels));
  // Data is in a variable that no checkpoint contains.
  const data = variable(graph, 'data', [2], { dtype: 'int32', trainable: false, saved: false });
  compileModel({
    graph,
    train: { inputs: { x }, outputs: {}, loss, optimizer, learningRate: constant(graph, 0.1) },
  });
  addAssignSignature(graph, 'load', [data]);
  graph.addSignature('look', { inputs: {}, outputs: { data: readVariable(data) } });
  return graph;
}

function train(session: Session, from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => {
    const x = Float32Array.from({ length: 24 }, (_value, k) => Math.sin(k * (from + i + 1)));
    return fetchedNumber(session.run('train', { x }), 'loss');
  });
}

function checkpoint(session: Session): Record<string, FeedValue> {
  const read = session.run('read');
  return Object.fromEntries(Object.keys(read).map((name) => [name, fetchedFloats(read, name)]));
}

describe.each<[string, () => Optimizer, readonly string[]]>([
  [
    'Nesterov momentum',
    () => momentum({ momentum: 0.9, nesterov: true }),
    ['output/kernel', 'output/bias', 'output/kernel/momentum', 'output/bias/momentum'],
  ],
  [
    'Adam',
    adam,
    [
      'output/kernel',
      'output/bias',
      'adam/beta1_power',
      'adam/beta2_power',
      'output/kernel/adam_mean',
      'output/kernel/adam_variance',
      'output/bias/adam_mean',
      'output/bias/adam_variance',
    ],
  ],
])('a model with %s', (_name, optimizer, names) => {
  it('resumes from a checkpoint in another session, bit for bit', async () => {
    const session = await openSession(classifier(optimizer()));
    session.run('init', { seed: Int32Array.of(4, 2) });
    const before = train(session, 0, 5);
    const stored = checkpoint(session);
    const after = train(session, 5, 10);
    session.close();
    const resumed = await openSession(classifier(optimizer()));
    resumed.run('assign', stored);
    expect(train(resumed, 5, 10)).toEqual(after);
    resumed.close();
    expect(after).not.toEqual(before);
    expect(Object.keys(stored).toSorted()).toEqual([...names].toSorted());
  });
});

it('a separate signature sets variables that checkpoints exclude', async () => {
  const session = await openSession(classifier(adam()));
  session.run('load', { data: Int32Array.of(7, 8) });
  expect(session.run('look')['data']?.values).toEqual(Int32Array.of(7, 8));
  session.close();
});

describe('variables', () => {
  it('are set and read in the requested order', async () => {
    const graph = new Graph();
    const held = variable(graph, 'held', [2]);
    const set = assign(held, constant(graph, [1, 2]));
    const first = readVariable(held, [set]);
    const second = assign(held, add(first, constant(graph, [10, 10])));
    const between = readVariable(held, [second]);
    const third = assign(held, constant(graph, [10, 11]), [between.node]);
    const after = readVariable(held, [third]);
    graph.addSignature('run', {
      inputs: {},
      outputs: { between: identity(between), moved: sub(after, between) },
    });
    const session = await openSession(graph);
    const results = session.run('run');
    session.close();
    expect(fetchedFloats(results, 'between')).toEqual(Float32Array.of(11, 12));
    expect(fetchedFloats(results, 'moved')).toEqual(Float32Array.of(-1, -1));
  });

  it('have unique names and reject values of another shape or type', () => {
    const graph = new Graph();
    const held = variable(graph, 'held', [2]);
    expect(() => variable(graph, 'held', [3])).toThrow(/already has a variable 'held'/);
    expect(() => assign(held, constant(graph, [1, 2, 3]))).toThrow(
      'AssignVariableOp cannot take resource[] and float32[3]: held holds float32[2].',
    );
    expect(() => assign(held, constant(graph, [1, 2], 'int32'))).toThrow(/held holds float32\[2\]/);
  });
});
