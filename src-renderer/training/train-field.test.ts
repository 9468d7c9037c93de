// @vitest-environment happy-dom
import { mount } from '@vue/test-utils';
import { describe, expect, it } from 'vitest';
import TrainField from './TrainField.vue';

const field = (changes: { readonly problem?: string | null; readonly disabled?: boolean } = {}) =>
  mount(TrainField, {
    props: {
      modelValue: '50',
      label: 'Epochs',
      note: 'The search trained it for 50.',
      problem: null,
      disabled: false,
      ...changes,
    },
  });

describe('a number field', () => {
  it('is named by its label, and described by its note', () => {
    const wrapper = field();
    const input = wrapper.find('input');
    expect(wrapper.find('label').attributes('for')).toBe(input.attributes('id'));
    expect(wrapper.find(`#${input.attributes('aria-describedby') ?? ''}`).text()).toBe(
      'The search trained it for 50.',
    );
    expect(input.attributes('aria-invalid')).toBeUndefined();
  });

  it('gives every change of its text', async () => {
    const wrapper = field();
    await wrapper.find('input').setValue('200');
    await wrapper.find('input').setValue('');
    expect(wrapper.emitted('update:modelValue')).toEqual([['200'], ['']]);
  });

  it('says what is wrong in place of its note', () => {
    const wrapper = field({ problem: 'Must be a whole number from 1.' });
    expect(wrapper.find('input').attributes('aria-invalid')).toBe('true');
    expect(wrapper.text()).toContain('Must be a whole number from 1.');
    expect(wrapper.text()).not.toContain('The search trained it');
  });

  it('can be disabled', () => {
    expect(field({ disabled: true }).find('input').attributes('disabled')).toBeDefined();
  });
});
