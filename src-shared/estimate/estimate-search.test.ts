import { describe, expect, it } from 'vitest';
import { mergeOverrides, parseSettings } from '../config/options/overrides';
import { presets } from '../config/presets';
import type { SearchConfig } from '../config/search-config';
import type { ImageDatasetDescription } from '../tasks/images/image-description';
import { runDescription } from '../../src-main/testing/run-description';
import { fitLine, type MeasuredChild, type Measurement } from './measurement';
import { epochSteps, quantile, sampleChildren } from './typical-children';
import { givenConfig, recipeOf, subjectOfZoo } from '../given/subject';
import { estimateSearch, nearestMeasurement } from './estimate-search';

const images: ImageDatasetDescription = {
  ...(runDescription().dataset.description as ImageDatasetDescription),
  classes: Array.from({ length: 10 }, (_, index) => String(index)),
  splits: { train: { count: 50_000, perClass: [] }, test: { count: 10_000, perClass: [] } },
};
const { config } = presets.v1;
const changed = (...settings: string[]): SearchConfig => mergeOverrides(config, parseSettings(settings));

describe('typical children', () => {
  it('are the same for the same configuration, and grow with the schedule', () => {
    const children = sampleChildren(config, images, 16);
    expect(sampleChildren(config, images, 16)).toEqual(children);
    const depths = children.map(({ depth }) => depth);
    expect(depths).toEqual(depths.toSorted((a, b) => a - b));
    expect([depths[0], depths.at(-1)]).toEqual([6, 20]);
  });

  it('are all of a list of given ones, each with its own recipe', () => {
    const subject = subjectOfZoo('resnet-20');
    const recipes = [3, 9].map((epochs) =>
      recipeOf(subject, { recipe: { epochs, decay: { kind: 'constant' } } }),
    );
    const [short = subject.base.recipe, long = subject.base.recipe] = recipes;
    const given = givenConfig(
      [
        { subject, recipe: short },
        { subject: { ...subject, name: 'long' }, recipe: long },
      ],
      { seed: 1, threads: null },
    );
    const children = sampleChildren(given, images, 48);
    expect(children.map(({ recipe }) => recipe.epochs)).toEqual([3, 9]);
    expect(children.map(({ parameters }) => parameters)).toEqual([269_722, 269_722]);
  });

  it('have the parameters that a space of one network leaves them', () => {
    const one = changed(
      'space.filterHeights=3',
      'space.filterWidths=3',
      'space.filters=24',
      'space.skipConnections=false',
      'space.schedule.initialLayers=2',
      'space.schedule.growBy=0',
    );
    // Two convolutions without bias, scale and shift of their normalisations, the classifier.
    const parameters = 3 * 3 * 3 * 24 + 3 * 3 * 24 * 24 + 2 * 2 * 24 + 25 * 10;
    expect(estimateSearch(one, images, null).parameters).toEqual({
      low: parameters,
      median: parameters,
      high: parameters,
    });
  });
});

it('an epoch has the steps of the training and the validation examples', () => {
  expect(epochSteps(config, images)).toEqual({ training: 351, evaluation: 40, examples: 128 });
  expect(epochSteps(changed('recipe.validation=0.2'), images)).toMatchObject({
    training: 312,
    evaluation: 79,
  });
});

describe('a line through the measurements', () => {
  it('finds what every step costs and what each multiply-add adds', () => {
    const line = fitLine([1, 2, 5, 9].map((x) => [x, 3 + 2 * x] as const));
    expect(line.intercept).toBeCloseTo(3, 9);
    expect(line.slope).toBeCloseTo(2, 9);
  });

  it('is never one by which small or large children take less than no time', () => {
    expect(
      fitLine([
        [1, 1],
        [2, 4],
        [3, 7],
      ]).intercept,
    ).toBe(0);
    expect(
      fitLine([
        [1, 5],
        [2, 4],
        [3, 3],
      ]),
    ).toMatchObject({ slope: 0 });
    expect(fitLine([[4, 8]])).toEqual({ intercept: 0, slope: 2 });
    expect(fitLine([[0, 8]])).toEqual({ intercept: 8, slope: 0 });
  });
});

describe('the time of a search', () => {
  /** Every step takes 10 ms of training or 4 of evaluation, and the beginning a second, whatever the child. */
  const measurement: Measurement = {
    kind: 'images',
    machine: 'here',
    trainers: config.trainers,
    name: 'v1',
    at: 0,
    children: sampleChildren(config, images, 9).map(({ multiplyAdds, parameters }): MeasuredChild => ({
      multiplyAdds: 128 * multiplyAdds,
      parameters,
      begin: 1000,
      trainStep: 10,
      evaluationStep: 4,
      memory: 1,
    })),
  };
  const child = 1000 + 50 * (351 * 10 + 40 * 4);

  it('is that of its children, shared among the trainers, up to its budget', () => {
    const time = estimateSearch(config, images, measurement).time;
    expect(time?.child.median).toBeCloseTo(child, 3);
    expect(time?.all).toBeCloseTo(12_800 * child, -3);
    expect(time).toMatchObject({ children: 12_800, isMeasured: true });
    const two = estimateSearch(changed('trainers.count=2'), images, measurement).time;
    expect(two?.all).toBeCloseTo(6400 * child, -3);
  });

  it('ends with the hours of the budget, and each child with its time limit', () => {
    const hours = estimateSearch(changed('budget.hours=1'), images, measurement).time;
    expect(hours).toMatchObject({ all: 3_600_000, children: Math.floor(3_600_000 / child) });
    const limited = estimateSearch(changed('recipe.timeLimit=20'), images, measurement).time;
    expect(limited?.child.high).toBe(20_000);
    const endless = estimateSearch(changed('budget.children=null'), images, measurement).time;
    expect(endless).toMatchObject({ all: null, children: null });
  });

  it('is reckoned roughly where the measured children were of another size, and taken from the nearest', () => {
    const small = changed('space.filters=2,4', 'recipe.side=8');
    expect(estimateSearch(small, images, measurement).time?.isMeasured).toBe(false);
    const tiny = {
      ...measurement,
      name: 'tiny',
      children: measurement.children.map((one) => ({ ...one, multiplyAdds: 1e5 })),
    };
    expect(nearestMeasurement([measurement, tiny], small, images)?.name).toBe('tiny');
    expect(nearestMeasurement([tiny, measurement], config, images)?.name).toBe('v1');
    expect(nearestMeasurement([measurement], changed('trainers.count=2'), images)).toBeNull();
  });
});

it('a share of values lies below their quantile', () => {
  expect(quantile([3, 1, 2], 0.5)).toBe(2);
  expect(quantile([1, 2], 0.25)).toBe(1.25);
  expect(quantile([7], 0.95)).toBe(7);
});
