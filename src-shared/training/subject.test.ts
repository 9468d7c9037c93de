import { expect, it } from 'vitest';
import { publishedV1 } from '../architecture/conv/published-networks';
import { presets } from '../config/presets/presets';
import { recipeOf, type Subject } from './subject';

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
