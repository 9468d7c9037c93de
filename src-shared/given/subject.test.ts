import { describe, expect, it } from 'vitest';
import { publishedV1 } from '../zoo/nas-v1';
import { presets } from '../config/presets';
import { InvalidConfig, parseConfig } from '../config/parse-config';
import { decisionText, pointsOf } from '../search-space';
import { spaceOf, recipeOfChild, seedOfChild, taskOfSpace } from '../tasks/searched';
import { givenConfig, recipeOf, subjectOfZoo, type Subject } from './subject';

const { config } = presets.v1;
const subject: Subject = {
  name: 'v1-1',
  architecture: publishedV1,
  base: config,
  origin: null,
};

it('a training may have fewer epochs than the reward of its search is of', () => {
  expect(config.recipe.rewardEpochs).toBeGreaterThan(2);
  expect(recipeOf(subject, { recipe: { epochs: 2 } }).epochs).toBe(2);
});

it('a training has no time limit but its own', () => {
  const limited: Subject = { ...subject, base: { ...config, recipe: { ...config.recipe, timeLimit: 60 } } };
  expect(recipeOf(limited, {}).timeLimit).toBeNull();
  expect(recipeOf(limited, { recipe: { timeLimit: 5 } }).timeLimit).toBe(5);
});

it('options of a search other than its recipe are refused by name', () => {
  expect(() => recipeOf(subject, { budget: { children: 3 } })).toThrow(
    /Options of budget are those of a search/,
  );
});

describe('a run of given architectures', () => {
  const resnet = subjectOfZoo('resnet-20');
  const long = recipeOf(resnet, { recipe: { epochs: 9, decay: { kind: 'constant' } } });
  const short = recipeOf(resnet, { recipe: { epochs: 3, decay: { kind: 'constant' } } });
  const given = givenConfig(
    [
      { subject: resnet, recipe: long },
      { subject: { ...resnet, name: 'short' }, recipe: short },
      { subject: { ...subject, name: 'v1' }, recipe: { ...long, learningRate: 0.3 } },
    ],
    { seed: 7, threads: 2 },
  );

  it('is a search space with one decision: which of them', () => {
    const space = spaceOf(given.space);
    expect(space.vocabulary).toEqual({ child: ['resnet-20', 'short', 'v1'] });
    expect(pointsOf(space, 1, [2])).toHaveLength(1);
    expect(() => pointsOf(space, 1, [3])).toThrow(/do not fit/);
    expect(decisionText({ depth: 1, decisions: [2] })).toBe('1: 2');
    const task = taskOfSpace(given.space);
    expect(task.decode(given.space, 1, [2])).toEqual(publishedV1);
    expect([task.kind, task.count(given.space, 1)]).toEqual(['conv', 3n]);
  });

  it('trains each by its own recipe, of which it stores what differs', () => {
    expect(given.space.children.map(({ recipe }) => recipe)).toEqual([
      {},
      { epochs: 3 },
      { learningRate: 0.3 },
    ]);
    expect([0, 1, 2].map((child) => recipeOfChild(given, [child]))).toEqual([
      long,
      short,
      { ...long, learningRate: 0.3 },
    ]);
  });

  it('gives its seed to the first child, and others of their own', () => {
    const seeds = [1, 2, 3].map((trial) => seedOfChild(given, trial));
    expect(seeds[0]).toBe(7);
    expect(new Set(seeds).size).toBe(3);
  });

  it('is refused with the path of each option of a child that is wrong', () => {
    const [first, second, third] = given.space.children;
    const wrong = {
      ...given,
      space: {
        ...given.space,
        children: [
          { ...first, recipe: { epochs: 0 } },
          { ...second, recipe: { side: 8 } },
          { ...third, recipe: { decay: { kind: 'step', epochs: [30], factor: 0.1 } } },
        ],
      },
    };
    const problems = (() => {
      try {
        parseConfig(wrong);
      } catch (error) {
        if (error instanceof InvalidConfig) return error.problems;
      }
      return [];
    })();
    expect(problems.map(({ path }) => path)).toEqual([
      'space.children.0.recipe.epochs',
      'space.children.1.recipe.side',
      'space.children.2.recipe.decay.epochs',
    ]);
    expect(problems[2]?.message).toMatch(/must lie below the number of epochs \(9\)/);
  });

  it('trains the same architecture again: its recipe may be another', () => {
    expect(() => parseConfig({ ...given, duplicates: 'reuse' })).toThrow(/duplicates must be 'retrain'/);
  });

  it('keeps to one kind of architecture', () => {
    const cell = { ...given.space.children[0], architecture: { kind: 'lstm' } };
    const mixed = { ...given, space: { ...given.space, children: [cell] } };
    expect(() => parseConfig(mixed)).toThrow(/must be one of convolutional networks/);
  });
});
