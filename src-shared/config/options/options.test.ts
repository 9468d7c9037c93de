import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { presetNames, presets } from '../presets';
import { publishedSearches, type PublishedSearch } from '../../option';
import { allOptions, optionsOf, optionUnions, optionsPage } from './options';
import { mergeOverrides, parseSettings } from './overrides';
import { valueAt } from './values';

const leaves = (value: unknown, path: string): string[] =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.entries(value).flatMap(([key, inner]) => leaves(inner, path === '' ? key : `${path}.${key}`))
    : [path];

describe('the options', () => {
  it('are all values of all presets, each with a label and help in sentences', () => {
    const known = allOptions();
    for (const name of presetNames)
      for (const path of leaves(presets[name].config, '')) expect(known.has(path), path).toBe(true);
    for (const { path, label, help } of known.values()) {
      expect(label, path).toMatch(/^\S.*[^.\s]$/);
      expect(help, path).toMatch(/^\S.*[.²]$/);
    }
  });

  it('have the values of the paper that the presets have', () => {
    let compared = 0;
    for (const { path, published } of allOptions().values())
      for (const [search, value] of Object.entries(published ?? {})) {
        expect(valueAt(presets[search as PublishedSearch].config, path), `${path} in ${search}`).toEqual(
          value,
        );
        compared++;
      }
    expect(compared).toBeGreaterThan(50);
  });

  it('name each published search whose value differs from the first', () => {
    for (const { path, published } of allOptions().values()) {
      if (published === undefined) continue;
      const [main] = (['v1', 'ptb-base8'] as const).filter((search) => search in published);
      for (const search of Object.keys(publishedSearches) as PublishedSearch[]) {
        const value = valueAt(presets[search].config, path);
        if (main !== undefined && search in published && search !== main)
          expect(value, `${path} in ${search}`).not.toEqual(published[main]);
      }
    }
  });

  it('say what they may be', () => {
    expect(allOptions().get('space.strideHeights')).toMatchObject({
      label: 'Stride heights',
      paper: '1 (v2: 1, 2, 3)',
      allowed: 'a list of 1 to 32 different values, each a whole number from 1 to 4',
      isList: true,
      group: 'architecture',
    });
    expect(allOptions().get('recipe.epochs')?.paper).toBe('50 (Penn Treebank: 35)');
    expect(allOptions().get('space.pooling.afterLayers')?.paper).toBe('13, 24 (v3)');
    expect(allOptions().get('recipe.size.parameters')?.paper).toBe('20000000');
    expect(allOptions().get('recipe.batchSize')?.paper).toBeNull();
  });

  it.each([
    ['recipe.epochs', 'a whole number from 1 to 10000'],
    ['recipe.momentum', 'a number from 0 to 0.9999'],
    ['recipe.learningRate', 'a number above 0 and up to 10'],
    ['recipe.validation', 'a whole number from 1 or a number above 0 and below 1'],
    ['recipe.vocabularyLimit', 'auto, a whole number from 3 to 1000000 or null'],
    ['recipe.timeLimit', 'a number above 0 or null'],
    ['recipe.splitSeed', 'a whole number'],
    ['space.filters', 'a list of 1 to 32 different values, each a whole number from 1 to 1024'],
    ['space.base', '2, 4, 8 or 16'],
    ['space.pooling.kind', 'none, fixed or predicted'],
    ['space.skipConnections', 'true or false'],
    ['trainers.device', 'auto, cpu or gpu:0, gpu:1, …'],
    ['name', 'a text of 1 to 200 characters'],
  ])('%s must be %s', (path, allowed) => {
    expect(allOptions().get(path)?.allowed).toBe(allowed);
  });

  it('of a configuration are those of its kinds', () => {
    const ofKind = (name: 'v3' | 'ptb-base8') =>
      new Map(optionsOf(presets[name].config).map((option) => [option.path, option]));
    expect(ofKind('v3').get('recipe.decay.kind')).toMatchObject({
      values: ['constant', 'step', 'cosine'],
      value: 'constant',
    });
    expect(ofKind('ptb-base8').get('recipe.decay.kind')?.values).toEqual(['constant', 'after']);
    expect(ofKind('v3').get('space.pooling.size')?.value).toBe(2);
    expect(ofKind('v3').get('space.pooling.sizes')?.value).toBeUndefined();
    expect(ofKind('ptb-base8').get('recipe.epochs')?.paper).toBe('35');
    expect(ofKind('ptb-base8').get('controller.learningRate')?.paper).toBe('0.0005 (v1: 0.0006)');
  });

  it.each(presetNames)('have an initial value where only one kind of a group has them: %s', (name) => {
    const { config } = presets[name];
    for (const [path, { discriminator, kinds }] of optionUnions(config))
      for (const [kind] of kinds.map(({ values }) => [...values])) {
        const option = `${path}.${discriminator}`;
        if (!path.includes('.') || valueAt(config, option) === undefined) continue;
        const changed = mergeOverrides(config, parseSettings([`${option}=${String(kind)}`]));
        expect(valueAt(changed, option)).toBe(kind);
      }
  });

  it('are named as settings name them: each set to its own value changes nothing', () => {
    for (const { config } of Object.values(presets)) {
      const settings = optionsOf(config).flatMap(({ path, value }) =>
        value === undefined ? [] : [`${path}=${JSON.stringify(value)}`],
      );
      expect(settings.length).toBeGreaterThan(40);
      expect(mergeOverrides(config, parseSettings(settings))).toEqual(config);
    }
  });

  it('are those of docs/options.md: `cellsmith config options --markdown > docs/options.md`', () => {
    expect(readFileSync('docs/options.md', 'utf8')).toBe(`${optionsPage()}\n`);
  });
});
