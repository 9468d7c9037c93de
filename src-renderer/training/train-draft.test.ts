import { describe, expect, it } from 'vitest';
import { nasCell } from '../../src-shared/architecture/cell/published-cells';
import { presets } from '../../src-shared/config/presets/presets';
import type { Subject } from '../../src-shared/given/subject';
import { checkTraining, presetsFor, usualEpochs } from './train-draft';

const { config } = presets['demo-cells'];
const subject: Subject = { name: 'demo-cells-1', architecture: nasCell, base: config, origin: null };
const right = { preset: null, epochs: '7', threads: '' } as const;

describe('the fields of the dialog in which a training is begun', () => {
  it('have the epochs of the recipe to begin with, of the search or of a preset', () => {
    expect(usualEpochs(subject, null)).toBe(String(config.recipe.epochs));
    expect(usualEpochs(subject, 'ptb-base8')).toBe(String(presets['ptb-base8'].config.recipe.epochs));
  });

  it('offer the recipes for the same kind of data', () => {
    expect(presetsFor('text')).toContain('ptb-base8');
    expect(presetsFor('text')).not.toContain('v1');
    expect(presetsFor('images')).toContain('v1');
  });

  it('are taken when they are right; without threads the trainer has all', () => {
    expect(checkTraining(subject, right)).toMatchObject({ chosen: { epochs: 7, threads: null } });
    expect(checkTraining(subject, { ...right, preset: 'ptb-base8', threads: ' 2 ' })).toMatchObject({
      chosen: { epochs: 7, threads: 2 },
    });
  });

  it('say at each field what is wrong with it', () => {
    for (const epochs of ['0', '-1', '1.5', 'many', '', '1e9'])
      expect(checkTraining(subject, { ...right, epochs })).toMatchObject({
        chosen: null,
        problems: { epochs: expect.stringContaining('Must be a whole number from 1') as string },
        other: null,
      });
    for (const threads of ['0', '-2', '1.5', 'all', '1001'])
      expect(checkTraining(subject, { ...right, threads })).toMatchObject({
        chosen: null,
        problems: { epochs: null, threads: expect.stringContaining('Must be') as string },
      });
  });
});
