import { describe, expect, it } from 'vitest';
import { optionTexts } from './option-texts';
import { optionValues } from './option-values';
import { presets } from '../presets/presets';
import type { SearchConfig } from '../search-config';

const valueAt = (path: string, config: SearchConfig): unknown =>
  path
    .split('.')
    .reduce<unknown>((group, key) => (group as Record<string, unknown> | undefined)?.[key], config);

describe('texts of options', () => {
  it('exist for every option of the schema, and for no other', () => {
    expect(Object.keys(optionTexts).sort()).toEqual([...optionValues().keys()].sort());
  });

  it('give values of the paper that are those of the v1 preset, or of ptb-base8 for what only cells have', () => {
    for (const [path, { paper }] of Object.entries(optionTexts)) {
      // '13, 24 (v3)' has no value for v1; '1 (v2: 1, 2, 3)' has one, and one for v2.
      if (paper === null || paper.endsWith('(v3)')) continue;
      const value = valueAt(path, presets.v1.config) ?? valueAt(path, presets['ptb-base8'].config);
      const shown = Array.isArray(value) ? value.join(', ') || 'none' : String(value);
      expect(`${path}: ${paper.replace(/ \(.*\)$/, '')}`).toBe(`${path}: ${shown}`);
      const [, onText] = /\(Penn Treebank: (.*)\)$/.exec(paper) ?? [];
      if (onText !== undefined)
        expect(`${path}: ${onText}`).toBe(`${path}: ${String(valueAt(path, presets['ptb-base8'].config))}`);
    }
  });

  it('are sentences, and labels are none', () => {
    for (const { label, explanation } of Object.values(optionTexts)) {
      expect(explanation).toMatch(/\.$/);
      expect(label).not.toMatch(/\.$/);
    }
  });
});

describe('values of options', () => {
  it.each([
    ['recipe.epochs', 'a whole number from 1 to 10000'],
    ['recipe.momentum', 'a number from 0 to 0.9999'],
    ['recipe.learningRate', 'a number above 0 and up to 10'],
    ['recipe.validation', 'a whole number from 1 or a number above 0 and below 1'],
    ['recipe.timeLimit', 'a number above 0 or null'],
    ['recipe.splitSeed', 'a whole number'],
    ['space.filters', 'a list of 1 to 32 different values, each a whole number from 1 to 1024'],
    ['space.pooling.kind', 'none, fixed or predicted'],
    ['space.skipConnections', 'true or false'],
    ['trainers.device', 'auto, cpu or gpu:0, gpu:1, …'],
    ['name', 'a text of 1 to 200 characters'],
  ])('of %s are said as "%s"', (path, allowed) => {
    expect(optionValues().get(path)?.allowed).toBe(allowed);
  });
});
