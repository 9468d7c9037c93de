import { expect, it } from 'vitest';
import { mergeOverrides } from '../../../src-shared/config/options/overrides';
import { madeTasks } from '../../../e2e/made-tasks';
import { presets } from '../../../src-shared/config/presets';
import type { SearchConfig } from '../../../src-shared/config/search-config';
import type { RunDetail } from '../../../src-shared/ipc/run-detail';
import { metricOf } from '../../../src-shared/run/metric';
import { placeOwnRows, table1, table2 } from '../../../src-shared/published-tables';
import { comparedRuns, yardsticksOf } from '../compared';
import { curveFigure, quantitiesOf } from './curve-figure';
import { ownRows, publishedCells } from './published-rows';
import { frontOf, sizedNetworks } from './size-figure';
import { differenceFigure, topFigure } from './top-figures';

const images = presets.v3.config;
const text = presets['ptb-base8'].config;

/** A finished run of children with these measures, each larger than the one before. */
function runDetail(config: SearchConfig, measures: readonly number[]): RunDetail {
  const { description } = madeTasks[config.recipe.kind];
  return {
    id: config.name,
    summary: {
      run: 'a-run',
      folder: `/${config.name}`,
      name: config.name,
      preset: config.preset,
      strategy: config.controller.strategy,
      state: 'finished',
      message: null,
      given: null,
      children: { ended: measures.length, failed: 0, reused: 0 },
      budget: config.budget,
      measure: metricOf(config.recipe),
      best: null,
      createdAt: 0,
      multiplyAdds: null,
      test: null,
      activeFor: 0,
    },
    config,
    dataset: { location: description.location, description },
    evaluations: [],
    trials: measures.map((measure, index) => ({
      number: index + 1,
      state: 'completed',
      replica: 0,
      depth: 13,
      decisions: [],
      logProbabilities: [],
      architectureHash: String(index),
      parameters: 1000 * (index + 1),
      multiplyAdds: 1,
      reward: config.recipe.kind === 'images' ? measure ** 3 : 80 / measure ** 2,
      measure,
      failure: null,
      reusedFrom: null,
      retries: 0,
      batchSize: null,
      endedBy: null,
      startedAt: index,
      endedAt: index + 1,
    })),
    updates: [],
    lastEvent: 0,
    origin: null,
    weights: [],
    live: null,
  };
}

/** Two runs, of the controller and of random search. */
const pair = (config: SearchConfig, ours: readonly number[], theirs: readonly number[]) => {
  const random = {
    ...config,
    name: 'Random',
    controller: mergeOverrides(config, { controller: { strategy: 'random' } }).controller,
  };
  const runs = comparedRuns([runDetail(config, ours), runDetail(random, theirs)]);
  const [yardstick] = yardsticksOf(runs.map(({ detail }) => detail));
  return { runs, yardstick };
};

it('runs of one kind are compared by their measure or the reward, runs of both kinds by the reward alone', () => {
  const keys = (...configs: SearchConfig[]) =>
    yardsticksOf(configs.map((config) => runDetail(config, []))).map(({ key }) => key);
  expect(keys(images, presets.v1.config)).toEqual(['accuracy', 'reward']);
  expect(keys(text)).toEqual(['perplexity', 'reward']);
  expect(keys(text, images)).toEqual(['reward']);
  expect(keys()).toEqual(['reward']);
});

it('of perplexities the lowest is best: curves fall, the advantage of the lower one is above 0, the front goes down', () => {
  const { runs, yardstick } = pair(text, [120, 90, 100, 80], [130, 110, 125, 105]);
  const [best] = topFigure(runs, yardstick, 'children', false).series;
  expect(best?.points.map(({ y }) => y)).toEqual([120, 90, 90, 80]);
  const [ours, theirs] = runs;
  if (ours === undefined || theirs === undefined) throw new Error('There are two runs.');
  const [ahead] = differenceFigure(ours, theirs, yardstick, 'children').series;
  expect(ahead?.points.map(({ y }) => y)).toEqual([10, 20, 20, 25]);
  // Children grow with their number.
  const front = frontOf(sizedNetworks(runs, yardstick), yardstick);
  expect(front.map(({ value }) => value)).toEqual([120, 90, 80]);
});

it('of accuracies, in percent, the highest', () => {
  const { runs, yardstick } = pair(images, [0.5, 0.7, 0.6], [0.4, 0.45, 0.5]);
  const [best] = topFigure(runs, yardstick, 'children', false).series;
  expect(best?.points.map(({ y }) => Math.round(y))).toEqual([50, 70, 70]);
});

it('the best of a run is a row in the table of its task, marked as a validation result', () => {
  const { runs } = pair(images, [0.95, 0.96], [0.9]);
  expect(ownRows(table2, runs)).toEqual([]);
  const own = ownRows(table1, runs);
  expect(own.map(({ figure, trial, depth }) => [Number(figure.toFixed(2)), trial, depth])).toEqual([
    [4, 2, 39],
    [10, 1, 39],
  ]);
  const { rows, head } = publishedCells(table1, placeOwnRows(table1, own, 'figure'));
  expect(head).toContain('Error rate, %');
  // Behind DenseNet-BC, v3 with more filters and DenseNet (100, 24).
  expect(rows[3]).toMatchObject({
    kind: 'own',
    shown: expect.arrayContaining(['validation, other data']) as unknown,
  });
  const perplexities = ownRows(table2, pair(text, [70, 65], [90]).runs);
  expect(perplexities.map(({ figure }) => figure)).toEqual([65, 90]);
});

it('curves of both kinds are shown one kind at a time', () => {
  const { runs } = pair(images, [0.5], [0.4]);
  const both = comparedRuns([...runs.map(({ detail }) => detail), runDetail(text, [100])]);
  const quantities = quantitiesOf(both);
  expect(quantities.map(({ name }) => name)).toEqual([
    'Validation accuracy',
    'Training accuracy',
    'Validation perplexity',
    'Training perplexity',
    'Validation loss on images',
    'Training loss on images',
    'Validation loss on text',
    'Training loss on text',
  ]);
  const children = both.map((run) => ({ run, trial: 1, epochs: epochsOf(run.detail.config) }));
  const shown = (name: string) => {
    const quantity = quantities.find((one) => one.name === name);
    if (quantity === undefined) throw new Error(`There is no ${name}.`);
    return curveFigure(children, quantity, 'time', false, true).series.map(({ points }) => points);
  };
  expect(shown('Validation accuracy')).toEqual([[{ x: 2, y: 25 }], [{ x: 2, y: 25 }]]);
  expect(shown('Validation perplexity')).toEqual([[{ x: 3, y: 120 }]]);
});

function epochsOf({ recipe }: SearchConfig) {
  return recipe.kind === 'images'
    ? [
        {
          kind: 'images' as const,
          epoch: 0,
          trainLoss: 2,
          trainAccuracy: 0.5,
          validationLoss: 2,
          validationAccuracy: 0.25,
          learningRate: 0.1,
          seconds: 2,
        },
      ]
    : [
        {
          kind: 'text' as const,
          epoch: 0,
          trainPerplexity: 130,
          validationPerplexity: 120,
          learningRate: 1,
          seconds: 3,
        },
      ];
}
