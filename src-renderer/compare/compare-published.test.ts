// @vitest-environment happy-dom
import { mount } from '@vue/test-utils';
import { describe, expect, it } from 'vitest';
import { table1, table2 } from '../../src-shared/published-tables';
import ComparePublished from './ComparePublished.vue';

const page = () => mount(ComparePublished, { props: { runs: [] }, attachTo: 'body' });
type Page = ReturnType<typeof page>;

const column = (wrapper: Page, name: string): string[] => {
  const index = wrapper.findAll('th').findIndex((cell) => cell.text() === name);
  return wrapper.findAll('tbody tr').map((row) => row.findAll('td')[index]?.text() ?? '');
};

describe('the tables of the paper', () => {
  it('have every published system, with its figure as it was published', () => {
    const wrapper = page();
    expect(wrapper.find('h2').text()).toContain('Table 1');
    expect(column(wrapper, 'Model').toSorted()).toEqual(table1.rows.map(({ model }) => model).toSorted());
    expect(column(wrapper, table1.measure).toSorted()).toEqual(
      table1.rows.map(({ figure }) => figure.toFixed(table1.decimals)).toSorted(),
    );
    expect(wrapper.text()).toContain('Choose runs to see their best networks');
    wrapper.unmount();
  });

  it('have the best first, or the order of the paper', async () => {
    const wrapper = page();
    const figures = column(wrapper, table1.measure).map(Number);
    expect(figures).toEqual(figures.toSorted((a, b) => a - b));
    await wrapper.find('select[aria-label="Order of the rows"]').setValue('paper');
    expect(column(wrapper, 'Model')).toEqual(table1.rows.map(({ model }) => model));
    wrapper.unmount();
  });

  it('are chosen by number: the one of text has no depth', async () => {
    const wrapper = page();
    await wrapper.find('select[aria-label="Table"]').setValue('2');
    expect(wrapper.find('h2').text()).toContain('Table 2');
    expect(column(wrapper, 'Model')).toHaveLength(table2.rows.length);
    expect(wrapper.findAll('th').map((cell) => cell.text())).not.toContain('Depth');
    wrapper.unmount();
  });
});
