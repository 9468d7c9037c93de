import { describe, expect, it } from 'vitest';
import { changesOnResume } from './changes';
import { parseSettings } from './options/overrides';
import { presets } from './presets';

const { config } = presets.demo;
const changed = (...settings: string[]) => changesOnResume(config, parseSettings(settings));

describe('a run that is resumed with other options', () => {
  it('takes those of the budget and of the trainers, and keeps the rest of them', () => {
    expect(changed('budget.hours=null', 'trainers.count=3', 'trainers.device=cpu')).toEqual({
      budget: { ...config.budget, hours: null },
      trainers: { ...config.trainers, count: 3, device: 'cpu' },
    });
    expect(changed()).toEqual({ budget: config.budget, trainers: config.trainers });
  });

  it.each([
    ['recipe.epochs=3', 'recipe.epochs'],
    ['seed=3', 'seed'],
    ['space.filters=3,4', 'space.filters'],
    ['recipe.augmentation.enlarge=none', 'recipe.augmentation.enlarge'],
    ['duplicates=retrain', 'duplicates'],
    ['controller.learningRate=0.1', 'controller.learningRate'],
  ])('refuses %s by name', (setting, path) => {
    expect(() => changed('trainers.count=3', setting)).toThrow(
      expect.objectContaining({
        code: 'config.invalid',
        message: expect.stringMatching(`^${path} cannot be changed`) as string,
      }),
    );
  });

  it('refuses values that are wrong', () => {
    expect(() => changed('trainers.count=0')).toThrow(/trainers.count must be a whole number from 1/);
  });
});
