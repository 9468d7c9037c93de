import { describe, expect, it } from 'vitest';
import { optionsOf, type Option } from '../../src-shared/config/options/options';
import { valueAt } from '../../src-shared/config/options/values';
import { checkConfig } from '../../src-shared/config/parse-config';
import { presetNames, presets } from '../../src-shared/config/presets';
import { edited, editsWith } from '../stores/draft';
import { choiceText, fieldKind, fieldText, groupOptions, inWindowWords, valueOfField } from './option-fields';

function option(path: string, preset: 'demo' | 'demo-cells' = 'demo'): Option {
  const found = optionsOf(presets[preset].config).find((one) => one.path === path);
  if (found === undefined) throw new Error(`no option ${path}`);
  return found;
}

describe.each(presetNames)('every option of the preset %s', (name) => {
  const { config } = presets[name];
  const groups = groupOptions(optionsOf(config));
  const settable = groups.flatMap(({ options }) => options);

  it('is in one group', () => {
    const paths = settable.map(({ path }) => path);
    expect(new Set(paths).size).toBe(paths.length);
    const missing = optionsOf(config).filter(
      ({ path, value }) => value !== undefined && !paths.includes(path),
    );
    expect(missing.map(({ path }) => path)).toEqual(['version', 'preset', 'space.kind', 'recipe.kind']);
  });

  it('shows its value, and sets every value that its field can hold', () => {
    for (const { path, value, ...forms } of settable) {
      const kind = fieldKind(forms);
      if (kind === 'choice') expect(forms.values, path).toContain(value);
      const held = kind === 'choice' ? forms.values : [valueOfField(forms, fieldText(forms, value))];
      for (const one of held) {
        const values = edited(config, editsWith({}, path, one));
        expect(valueAt(values, path), path).toStrictEqual(one);
        expect(checkConfig(values).problems, `${path} ${String(one)}`).toEqual([]);
      }
      if (kind !== 'choice') expect(held, path).toEqual([value]);
    }
  });
});

describe('fields', () => {
  it('are of the kinds that their options ask for', () => {
    expect(
      ['budget.hours', 'recipe.nesterov', 'space.filters', 'name', 'trainers.device'].map((path) =>
        fieldKind(option(path)),
      ),
    ).toEqual(['number', 'choice', 'list', 'text', 'text']);
    const base = option('space.base', 'demo-cells');
    expect([fieldKind(base), base.values]).toEqual(['choice', [2, 4, 8, 16]]);
    expect(fieldKind(option('recipe.vocabularyLimit', 'demo-cells'))).toBe('text');
  });

  it('that are empty mean no value where there may be none, and a mistake where there must be one', () => {
    expect(fieldText(option('budget.hours'), null)).toBe('');
    expect(valueOfField(option('budget.hours'), ' ')).toBeNull();
    expect(valueOfField(option('budget.hours'), '3')).toBe(3);
    expect(valueOfField(option('seed'), '')).toBe('');
    expect(valueOfField(option('space.learningRates'), '')).toEqual([]);
  });

  it('read numbers as numbers and texts as texts', () => {
    expect(
      ['8', '1e3', '.5', '-1', 'many', '0x10'].map((text) => valueOfField(option('seed'), text)),
    ).toEqual([8, 1000, 0.5, -1, 'many', '0x10']);
    expect(valueOfField(option('name'), '2031')).toBe('2031');
    expect(valueOfField(option('space.filters'), '6, 12')).toEqual([6, 12]);
    const limit = option('recipe.vocabularyLimit', 'demo-cells');
    expect(['auto', '2000', ''].map((text) => valueOfField(limit, text))).toEqual(['auto', 2000, null]);
  });

  it('never speak of null', () => {
    for (const preset of presetNames)
      for (const { help, allowed } of optionsOf(presets[preset].config))
        for (const sentence of [help, allowed]) expect(inWindowWords(sentence)).not.toMatch(/null/);
    expect(inWindowWords(option('budget.hours').allowed)).toBe('a number above 0 or empty');
  });

  it('have switches that are yes or no', () => {
    expect([true, false, 'cosine', 8, null].map(choiceText)).toEqual(['yes', 'no', 'cosine', '8', 'none']);
  });
});
