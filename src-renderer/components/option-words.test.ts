import { expect, it } from 'vitest';
import { optionHelp } from '../../src-shared/config/options/option-help';
import { presets } from '../../src-shared/config/presets/presets';
import { choiceText, inWindowWords, meantValue, shownValue } from './option-words';

const help = optionHelp(presets.demo.config);

function option(path: string) {
  const found = help.find((one) => one.path === path);
  if (found === undefined) throw new Error(`no option ${path}`);
  return found;
}

it('an empty field is no value where there may be none, and a mistake where there must be one', () => {
  expect(shownValue(option('budget.hours'), 'null')).toBe('');
  expect(meantValue(option('budget.hours'), ' ')).toBe('null');
  expect(meantValue(option('budget.hours'), '3')).toBe('3');
  expect(shownValue(option('seed'), 'null')).toBe('null');
  expect(meantValue(option('seed'), '')).toBe('');
});

it('no sentence of the window speaks of null', () => {
  for (const { explanation, allowed, paper } of help)
    for (const sentence of [explanation, allowed, paper ?? ''])
      expect(inWindowWords(sentence)).not.toMatch(/null/);
  expect(inWindowWords(option('budget.hours').allowed)).toBe('a number above 0 or empty');
});

it('switches are yes or no', () => {
  expect([true, false, 'cosine'].map(choiceText)).toEqual(['yes', 'no', 'cosine']);
});
