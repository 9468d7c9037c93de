// Trains a two-layer network to classify points inside a circle, with the graph compiler only.
import { compileModel } from '../src-main/engine/compile';
import { Graph } from '../src-main/engine/graph';
import { dense, evaluationPass, trainingPass, type Pass } from '../src-main/engine/layers';
import { relu, softmax, sparseSoftmaxCrossEntropy } from '../src-main/engine/ops/activation';
import { mean } from '../src-main/engine/ops/reduction';
import { placeholder } from '../src-main/engine/ops/source';
import { momentum } from '../src-main/engine/optimizers';
import { fetchedFloats, fetchedNumber, openSession } from '../src-main/engine/session';
import { Generator } from '../src-shared/random';

export async function learnCircle(steps: number): Promise<{ losses: number[]; chances: Float32Array }> {
  const graph = new Graph();
  const points = placeholder(graph, 'points', [64, 2]);
  const labels = placeholder(graph, 'labels', [64], 'int32');
  const learningRate = placeholder(graph, 'learning_rate', []);
  const [hidden, output] = [dense(graph, 'hidden', [2, 32]), dense(graph, 'output', [32, 2])];
  const network = (pass: Pass) => output(relu(hidden(points, pass)), pass);
  const loss = mean(sparseSoftmaxCrossEntropy(network(trainingPass()), labels));
  const optimizer = momentum({ momentum: 0.9, nesterov: true });
  const train = { inputs: { points, labels, learningRate }, outputs: {}, loss, optimizer, learningRate };
  const evaluate = { inputs: { points }, outputs: { chances: softmax(network(evaluationPass())) } };
  compileModel({ graph, train, evaluate });

  const session = await openSession(graph);
  session.run('init', { seed: Int32Array.of(0, 0) });
  const random = Generator.seeded(0);
  const losses = Array.from({ length: steps }, () => {
    const xy = Float32Array.from({ length: 128 }, () => 2 * random.uniform() - 1);
    const inside = Int32Array.from(
      { length: 64 },
      (_, i) => +(Math.hypot(...xy.slice(2 * i, 2 * i + 2)) < 0.7),
    );
    return fetchedNumber(session.run('train', { points: xy, labels: inside, learningRate: 0.1 }), 'loss');
  });
  const axis = Float32Array.from({ length: 128 }, (_, i) => (i % 2 === 0 ? i / 64 - 1 : 0));
  const chances = fetchedFloats(session.run('evaluate', { points: axis }), 'chances');
  session.close();
  return { losses, chances };
}
