import { describe, expect, it } from 'vitest';
import { gradients } from '../gradients';
import { Graph } from '../graph';
import { hasCustomOps } from '../load';
import { fetchedFloats, openSession } from '../session';
import { sparseSoftmaxCrossEntropy } from './activation';
import { mul } from './arithmetic';
import { sum } from './broadcast';
import { softmaxLoss } from './softmax-loss';
import { constant, placeholder } from './source';

const kinds = hasCustomOps() ? [false, true] : [false];

describe.each(kinds)('the softmax loss over many classes (our op: %s)', (customOps) => {
  // More classes than fill vectors, and one that is over.
  const [batch, classes] = [5, 33];
  const graph = new Graph();
  const logits = placeholder(graph, 'logits', [batch, classes]);
  const labels = placeholder(graph, 'labels', [batch], 'int32');
  const shares = constant(graph, [1, 0.5, 0, 2, 0.1]);
  const ours = softmaxLoss(logits, labels, { customOps });
  const theirs = sparseSoftmaxCrossEntropy(logits, labels);
  const [ourGradient = ours] = gradients(sum(mul(ours, shares)), [logits]);
  const [theirGradient = theirs] = gradients(sum(mul(theirs, shares)), [logits]);
  graph.addSignature('run', {
    inputs: { logits, labels },
    outputs: { ours, theirs, ourGradient, theirGradient },
  });
  const labelled = Int32Array.of(0, 3, 32, 16, 2);

  it.each([
    ['small', 1],
    ['wide', 30],
    ['far beyond what an exponential holds', 3000],
  ])("has TensorFlow's losses and gradients where logits are %s", async (_name, width) => {
    const session = await openSession(graph);
    const values = Float32Array.from({ length: batch * classes }, (_, i) => width * Math.sin(i * i + 1));
    const results = session.run('run', { logits: values, labels: labelled });
    session.close();
    for (const [own, their] of [
      ['ours', 'theirs'],
      ['ourGradient', 'theirGradient'],
    ] as const) {
      const expected = fetchedFloats(results, their);
      for (const [i, value] of fetchedFloats(results, own).entries()) {
        const size = Math.max(1, Math.abs(expected[i] ?? NaN));
        expect(Math.abs(value - (expected[i] ?? NaN)) / size).toBeLessThan(1e-6);
      }
    }
  });

  it('is NaN where a logit is NaN', async () => {
    const session = await openSession(graph);
    const values = new Float32Array(batch * classes).fill(NaN, 0, 1);
    const losses = fetchedFloats(session.run('run', { logits: values, labels: labelled }), 'ours');
    session.close();
    expect(losses[0]).toBeNaN();
    expect(losses[1]).toBeCloseTo(Math.log(33), 6);
  });

  it('refuses a label outside the classes', async () => {
    const session = await openSession(graph);
    const feeds = { logits: new Float32Array(batch * classes), labels: Int32Array.of(0, 1, 33, 2, 3) };
    expect(() => session.run('run', feeds)).toThrow(/33|label/);
    session.close();
  });
});
