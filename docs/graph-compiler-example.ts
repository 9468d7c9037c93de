// Trains a network of two layers to tell the inside of a circle from the outside, with the graph compiler alone.
import { compileModel } from '../src-main/engine/compile';
import { Graph } from '../src-main/engine/graph';
import { dense, evaluationPass, trainingPass } from '../src-main/engine/layers';
import { relu, sparseSoftmaxCrossEntropy } from '../src-main/engine/ops/activation';
import { argMax, mean } from '../src-main/engine/ops/reduction';
import { placeholder } from '../src-main/engine/ops/source';
import { momentum } from '../src-main/engine/optimizers';
import { fetchedNumber, openSession } from '../src-main/engine/session';
import { Generator } from '../src-shared/random';

export async function trainOnCircle(
  steps = 300,
): Promise<{ firstLoss: number; lastLoss: number; answer: number }> {
  const graph = new Graph();
  const points = placeholder(graph, 'points', [64, 2]);
  const inside = placeholder(graph, 'inside', [64], 'int32');
  const learningRate = placeholder(graph, 'learning_rate', []);
  const [hidden, output] = [dense(graph, 'hidden', [2, 32]), dense(graph, 'output', [32, 2])];
  const pass = trainingPass();
  const logits = output(relu(hidden(points, pass)), pass);
  const loss = mean(sparseSoftmaxCrossEntropy(logits, inside));
  const point = placeholder(graph, 'point', [1, 2]);
  const answer = argMax(output(relu(hidden(point, evaluationPass())), evaluationPass()), -1);
  const optimizer = momentum({ momentum: 0.9, nesterov: true });
  const train = { inputs: { points, inside, learningRate }, outputs: {}, loss, optimizer, learningRate };
  compileModel({ graph, train, evaluate: { inputs: { point }, outputs: { answer } } });

  const session = await openSession(graph);
  session.run('init', { seed: Int32Array.of(0, 0) });
  const random = Generator.seeded(0);
  const losses = Array.from({ length: steps }, () => {
    const xy = Float32Array.from({ length: 128 }, () => 2 * random.uniform() - 1);
    const labels = Int32Array.from({ length: 64 }, (_, i) =>
      Number(Math.hypot(xy[2 * i] ?? 0, xy[2 * i + 1] ?? 0) < 0.7),
    );
    return fetchedNumber(session.run('train', { points: xy, inside: labels, learningRate: 0.1 }), 'loss');
  });
  const middle = fetchedNumber(session.run('evaluate', { point: Float32Array.of(0, 0) }), 'answer');
  session.close();
  return { firstLoss: losses[0] ?? NaN, lastLoss: losses.at(-1) ?? NaN, answer: middle };
}
