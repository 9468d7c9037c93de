// @vitest-environment happy-dom
import { mount } from '@vue/test-utils';
import { describe, expect, it } from 'vitest';
import { optionsOf, type Option } from '../../src-shared/config/options/options';
import { presets, type PresetName } from '../../src-shared/config/presets';
import OptionField from './OptionField.vue';

function optionOf(path: string, preset: PresetName): Option {
  const option = optionsOf(presets[preset].config).find((one) => one.path === path);
  if (option === undefined) throw new Error(`no option ${path}`);
  return option;
}

function fieldOf(path: string, preset: PresetName = 'demo', problem?: string) {
  const option = optionOf(path, preset);
  const field = mount(OptionField, { props: { option, changed: false, problem } });
  const last = () => field.emitted('change')?.at(-1)?.[0];
  const show = (value: unknown) => field.setProps({ option: { ...option, value } });
  return { field, last, show, option };
}

describe('the field of an option', () => {
  it('that is a number shows it and gives numbers', async () => {
    const { field, last } = fieldOf('recipe.epochs');
    const input = field.get('input');
    expect(input.element.value).toBe('8');
    await input.setValue('12');
    expect(last()).toBe(12);
    await input.setValue('many');
    expect(last()).toBe('many');
  });

  it('keeps what is typed while it means the same value, and follows other values', async () => {
    const { field, last, show } = fieldOf('recipe.learningRate');
    const input = field.get('input');
    await input.setValue('1.');
    await show(last());
    expect(input.element.value).toBe('1.');
    await show(0.25);
    expect(input.element.value).toBe('0.25');
  });

  it('that is an enum of numbers has them as choices, and gives a number', async () => {
    const { field, last } = fieldOf('space.base', 'ptb-base8');
    const select = field.get('select');
    expect(select.findAll('option').map((choice) => choice.text())).toEqual(['2', '4', '8', '16']);
    expect(select.element.value).toBe('8');
    await select.setValue('16');
    expect(last()).toBe(16);
  });

  it('that is one of some words gives the word', async () => {
    const { field, last } = fieldOf('recipe.decay.kind', 'ptb-base8');
    expect(field.findAll('option').map((choice) => choice.text())).toEqual(['constant', 'after']);
    await field.get('select').setValue('constant');
    expect(last()).toBe('constant');
  });

  it('that is a switch says yes and no, and gives true and false', async () => {
    const { field, last } = fieldOf('recipe.nesterov');
    expect(field.findAll('option').map((choice) => choice.text())).toEqual(['yes', 'no']);
    await field.get('select').setValue('false');
    expect(last()).toBe(false);
  });

  it('that is a list shows commas and gives a list', async () => {
    const { field, last } = fieldOf('space.filters');
    expect(field.get('input').element.value).toBe('6, 12, 24');
    await field.get('input').setValue('4, 6');
    expect(last()).toEqual([4, 6]);
  });

  it('that may be empty is so without a value', async () => {
    const { field, last } = fieldOf('recipe.timeLimit', 'v1');
    const input = field.get('input');
    expect([input.element.value, input.attributes('placeholder')]).toEqual(['', 'none']);
    await input.setValue('60');
    expect(last()).toBe(60);
    await input.setValue('');
    expect(last()).toBeNull();
  });

  it('says its label, unit, help and the value of the paper', () => {
    const { field, option } = fieldOf('recipe.side');
    expect(field.get('label').text()).toMatch(/^Input size\s*\(pixels\)$/);
    expect(field.text()).toContain(option.help);
    expect(field.text()).toContain('Paper: 32');
    expect(field.get('label').attributes('for')).toBe(field.get('input').attributes('id'));
  });

  it('shows the problem instead of the published value, and marks the input', () => {
    const { field } = fieldOf('recipe.epochs', 'demo', 'Must be a whole number or null.');
    expect(field.text()).toContain('Must be a whole number or empty.');
    expect(field.text()).not.toContain('Paper:');
    expect(field.get('input').attributes('aria-invalid')).toBe('true');
  });

  it('can be reset once it is changed', async () => {
    const { field } = fieldOf('recipe.epochs');
    expect(field.find('button').exists()).toBe(false);
    await field.setProps({ changed: true });
    await field.get('button').trigger('click');
    expect(field.emitted('reset')).toHaveLength(1);
  });
});
