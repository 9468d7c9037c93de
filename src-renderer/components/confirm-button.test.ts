// @vitest-environment happy-dom
import { mount } from '@vue/test-utils';
import { expect, it } from 'vitest';
import ConfirmButton from './ConfirmButton.vue';

it('asks at the first press and acts at the second; losing the focus takes the question back', async () => {
  const wrapper = mount(ConfirmButton, { props: { text: 'Stop', label: 'Stop child 5' } });
  expect(wrapper.text()).toBe('Stop');
  await wrapper.trigger('click');
  expect(wrapper.text()).toBe('Stop: sure?');
  expect(wrapper.attributes('aria-label')).toBe('Stop child 5: press again to confirm');
  await wrapper.trigger('blur');
  await wrapper.trigger('click');
  expect(wrapper.emitted('confirm')).toBeUndefined();
  await wrapper.trigger('click');
  expect(wrapper.emitted('confirm')).toHaveLength(1);
  expect(wrapper.text()).toBe('Stop');
});
