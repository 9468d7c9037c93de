import { join } from 'node:path';
import { CellsmithError } from '../../../src-shared/errors';
import { Generator } from '../../../src-shared/random';
import { assignWeights } from '../../children/child-state';
import { evaluationBatches, trainingBatches } from '../../children/schedule';
import { runEpochs, stepListener } from '../../children/run-epochs';
import { compileModel } from '../../engine/compile';
import { Graph, type Tensor, type Variable } from '../../engine/graph';
import { dense, evaluationPass, type Pass, trainingPass } from '../../engine/layers';
import { relu, sparseSoftmaxCrossEntropy, tanh } from '../../engine/ops/activation';
import { mul } from '../../engine/ops/arithmetic';
import { sum } from '../../engine/ops/broadcast';
import { cast, equal } from '../../engine/ops/logic';
import { argMax, mean } from '../../engine/ops/reduction';
import { placeholder } from '../../engine/ops/source';
import { momentum } from '../../engine/optimizers';
import { fetchedFloats, fetchedNumber, openSession, type Session } from '../../engine/session';
import type { ChildTraining } from '../../tasks/child-training';
import type { DenseArchitecture, DenseChild } from './dense-task';
import { tableData, type TableEpoch } from './table-data';
import { readRows, type TableRows } from './table-reader';

interface TableParts {
  readonly fingerprint: string;
  readonly rows: TableRows;
  readonly train: Int32Array;
  readonly validation: Int32Array;
}

/** Dense networks on rows of a table, by the engine. */
export const denseTraining: ChildTraining<DenseChild, TableParts> = {
  kind: 'table',
  load: ({ recipe: { validation } }, trainFolder) => {
    const rows = readRows(join(trainFolder, 'rows.json'));
    const order = Generator.seeded(0, 'validation').shuffle(Int32Array.from(rows.labels.keys()));
    const aside = Math.round(validation * order.length);
    const { fingerprint } = rows;
    return Promise.resolve({
      fingerprint,
      rows,
      train: order.slice(aside),
      validation: order.slice(0, aside),
    });
  },
  dataKey: ({ recipe: { validation } }) => validation,
  excerpt: (data, { recipe: { batchSize } }, { training, evaluation }) => ({
    ...data,
    train: data.train.subarray(0, batchSize * training),
    validation: data.validation.subarray(0, batchSize * evaluation),
  }),
  train: async ({ architecture, recipe }, seed, { rows, train, validation }, control, checkpoints) => {
    const batch = Math.min(recipe.batchSize, train.length);
    const { graph, weights } = denseGraph(architecture, rows, batch);
    const session = await openSession(graph);
    try {
      const order = Generator.seeded(seed, 'order');
      const { onStep, turn, now } = stepListener(control);
      const runEpoch = async (epoch: number): Promise<TableEpoch> => {
        const started = now();
        const batches = trainingBatches(train, batch, order);
        const steps = batches.length + Math.ceil(validation.length / batch);
        const trained = { loss: 0, correct: 0 };
        for (const [step, places] of batches.entries()) {
          const fed = { ...feedsOf(rows, places), learning_rate: recipe.learningRate };
          const results = session.run('train', fed);
          trained.loss += finite(fetchedNumber(results, 'loss'));
          trained.correct += fetchedNumber(results, 'correct');
          onStep(epoch, step + 1, steps);
          await turn();
        }
        const validated = judge(session, rows, validation, batch);
        onStep(epoch, steps, steps);
        return {
          kind: 'table',
          epoch,
          trainLoss: trained.loss / batches.length,
          trainError: 1 - trained.correct / (batches.length * batch),
          validationLoss: finite(validated.loss),
          validationError: validated.error,
          learningRate: recipe.learningRate,
          seconds: (now() - started) / 1000,
        };
      };
      const { epochs } = recipe;
      const child = { graph, session, generators: { order }, seed, kind: 'table' as const, epochs, runEpoch };
      const { epochs: records, stopped } = await runEpochs(child, control, checkpoints);
      const values = session.run('read');
      const read = weights.map(({ name, shape }) => ({ name, shape, values: fetchedFloats(values, name) }));
      return { epochs: records, stopped, weights: read, hidden: null };
    } finally {
      session.close();
    }
  },
  evaluate: async ({ architecture, recipe }, { weights: trained, test }) => {
    const { file } = tableData.testSchema.parse(test);
    const rows = readRows(file);
    const { graph, weights } = denseGraph(architecture, rows, recipe.batchSize);
    const session = await openSession(graph);
    try {
      session.run('init', { seed: Int32Array.of(0, 0) });
      assignWeights(session, { weights }, trained);
      return judge(session, rows, Int32Array.from(rows.labels.keys()), recipe.batchSize).error;
    } finally {
      session.close();
    }
  },
  slowed: (child, { epochs, learningRate }) => ({
    ...child,
    recipe: { ...child.recipe, epochs, learningRate },
  }),
};

function denseGraph(
  { layers }: DenseArchitecture,
  { columns, classes }: TableRows,
  batch: number,
): { readonly graph: Graph; readonly weights: readonly Variable[] } {
  const graph = new Graph();
  const functions = { relu, tanh };
  let inputs = columns.length;
  const hidden = layers.map(({ units, activation }, index) => {
    const layer = dense(graph, `layer${index + 1}`, [inputs, units]);
    inputs = units;
    return (x: Tensor, pass: Pass): Tensor => functions[activation](layer(x, pass));
  });
  const output = dense(graph, 'output', [inputs, classes.length]);
  const weights = graph.variables.slice();
  const classified = (x: Tensor, labels: Tensor, pass: Pass) => {
    const logits = output(
      hidden.reduce((value, layer) => layer(value, pass), x),
      pass,
    );
    return {
      losses: sparseSoftmaxCrossEntropy(logits, labels),
      correct: cast(equal(argMax(logits, 1), labels), 'float32'),
    };
  };
  const fedTo = (name: string) => ({
    x: placeholder(graph, `${name}/x`, [batch, columns.length]),
    labels: placeholder(graph, `${name}/labels`, [batch], 'int32'),
  });
  const fed = { ...fedTo('train'), learning_rate: placeholder(graph, 'train/learning_rate', []) };
  const trained = classified(fed.x, fed.labels, trainingPass());
  const asked = { ...fedTo('evaluate'), weights: placeholder(graph, 'evaluate/weights', [batch]) };
  const evaluated = classified(asked.x, asked.labels, evaluationPass());
  compileModel({
    graph,
    train: {
      inputs: fed,
      outputs: { correct: sum(trained.correct) },
      loss: mean(trained.losses),
      optimizer: momentum({ momentum: 0.9, nesterov: true }),
      learningRate: fed.learning_rate,
    },
    evaluate: {
      inputs: asked,
      outputs: {
        loss: sum(mul(evaluated.losses, asked.weights)),
        correct: sum(mul(evaluated.correct, asked.weights)),
      },
    },
  });
  return { graph, weights };
}

function feedsOf({ values, labels }: TableRows, places: Int32Array) {
  return {
    x: Float32Array.from([...places].flatMap((row) => values[row] ?? [])),
    labels: places.map((row) => labels[row] ?? 0),
  };
}

/** Mean loss and share of rows classified wrongly. */
function judge(
  session: Session,
  rows: TableRows,
  places: Int32Array,
  batch: number,
): { readonly loss: number; readonly error: number } {
  const sums = { loss: 0, correct: 0 };
  for (const { indices, weights } of evaluationBatches(places, batch)) {
    const results = session.run('evaluate', { ...feedsOf(rows, indices), weights });
    sums.loss += fetchedNumber(results, 'loss');
    sums.correct += fetchedNumber(results, 'correct');
  }
  return { loss: sums.loss / places.length, error: 1 - sums.correct / places.length };
}

function finite(loss: number): number {
  if (Number.isFinite(loss)) return loss;
  throw new CellsmithError('child.diverged', 'The loss is not finite: the learning rate is too high.');
}
