// @vitest-environment happy-dom
/// <reference lib="dom" />
import { mount } from '@vue/test-utils';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { presets } from '../../src-shared/config/presets';
import { Generator } from '../../src-shared/random';
import type { ListedTrial } from '../../src-shared/run/trial';
import { convSpace } from '../../src-shared/tasks/conv/conv-space';
import { drawDecisions } from '../../src-shared/testing/conv-samples';
import TrialTable from './TrialTable.vue';

const { space } = presets.v1.config;
const generator = Generator.seeded(1, 'trial table');

const trial = (number: number, changes: Partial<ListedTrial> = {}): ListedTrial => ({
  number,
  state: 'completed',
  replica: 0,
  depth: 3,
  decisions: drawDecisions(convSpace(space), 3, (bound) => generator.integer(bound)).map((decision) =>
    typeof decision === 'number' ? decision : [...decision],
  ),
  architectureHash: `ab${number}`,
  parameters: 1000 * number,
  multiplyAdds: 0,
  reward: null,
  measure: null,
  failure: null,
  reusedFrom: null,
  retries: 0,
  batchSize: null,
  endedBy: null,
  startedAt: 0,
  endedAt: 60_000,
  ...changes,
});

const trials = [
  trial(1, { reward: 0.2, measure: 0.6 }),
  trial(2, { state: 'failed', reward: 0, failure: { reason: 'outOfMemory', message: 'Out of memory.' } }),
  trial(3, { reward: 0.5, measure: 0.8 }),
  trial(12, { state: 'running' }),
];

const table = (changes: Partial<InstanceType<typeof TrialTable>['$props']> = {}) =>
  mount(TrialTable, {
    attachTo: 'body',
    props: {
      trials,
      space,
      metric: 'accuracy',
      tests: new Map<number, number | null>(),
      chosen: new Set<number>(),
      stoppable: new Set<number>(),
      retries: false,
      ...changes,
    },
  });

type Table = ReturnType<typeof table>;

/** The child numbers of the rows, from top to bottom. */
const shown = (wrapper: Table): number[] =>
  wrapper.findAll('tr.child').map((row) => Number(row.find('td.number').text()));
const head = (wrapper: Table, name: string) => {
  const found = wrapper.findAll('thead th').find((cell) => cell.text().startsWith(name));
  if (found === undefined) throw new Error(`no column ${name}`);
  return found;
};

// The table draws the rows that fit its height, and there is no layout here.
beforeEach(() => {
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(640);
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(800);
  return () => {
    vi.restoreAllMocks();
  };
});

describe('the table of children', () => {
  it('has test figures where children were tested', async () => {
    const wrapper = table({ tests: new Map([[3, 0.75]]) });
    await vi.waitFor(() => expect(shown(wrapper)).toHaveLength(4));
    expect(head(wrapper, 'Test').text()).toBe('Test');
    const last = wrapper.findAll('tr.child').map((row) => row.findAll('td.number').at(-1)?.text());
    expect(last).toEqual(['–', '75.00', '–', '–']);
    wrapper.unmount();
    const untested = table();
    expect(untested.findAll('thead th').some((cell) => cell.text() === 'Test')).toBe(false);
    untested.unmount();
  });

  it('lists the newest first, and sorts by the column that is clicked, then the other way round', async () => {
    const wrapper = table();
    await vi.waitFor(() => expect(shown(wrapper)).toEqual([12, 3, 2, 1]));
    await head(wrapper, 'Reward').find('button').trigger('click');
    expect(shown(wrapper)).toEqual([3, 1, 2, 12]);
    expect(head(wrapper, 'Reward').attributes('aria-sort')).toBe('descending');
    expect(head(wrapper, 'Child').attributes('aria-sort')).toBe('none');
    await head(wrapper, 'Reward').find('button').trigger('click');
    expect(shown(wrapper)).toEqual([2, 1, 3, 12]);
    expect(head(wrapper, 'Reward').attributes('aria-sort')).toBe('ascending');
    wrapper.unmount();
  });

  it('writes accuracy in percent, rewards with four digits, and a dash for what is not known', async () => {
    const wrapper = table();
    await vi.waitFor(() => expect(shown(wrapper)).toHaveLength(4));
    const cells = wrapper
      .findAll('tr.child')
      .map((row) => row.findAll('td.number').map((cell) => cell.text()));
    expect(cells[1]).toEqual(['3', '80.00', '0.5000', '3', '3.0k', '60 s']);
    expect(cells[0]?.slice(1, 3)).toEqual(['–', '–']);
    wrapper.unmount();
  });

  it('shows the children of one state, or those that match a text, and says how many', async () => {
    const wrapper = table();
    await wrapper.find('select').setValue('failed');
    expect(shown(wrapper)).toEqual([2]);
    expect(wrapper.text()).toContain('1 of 4');
    await wrapper.find('select').setValue('all');
    await wrapper.find('input[type=search]').setValue('memory');
    expect(shown(wrapper)).toEqual([2]);
    await wrapper.find('input[type=search]').setValue('nothing like it');
    expect(shown(wrapper)).toEqual([]);
    expect(wrapper.text()).toContain('No child matches.');
    wrapper.unmount();
  });

  it('says that there are no children yet', () => {
    const wrapper = table({ trials: [] });
    expect(wrapper.text()).toContain('No child has been proposed yet.');
    wrapper.unmount();
  });

  it('moves from row to row with the arrow keys, opens with Enter and chooses with the space bar', async () => {
    const wrapper = table();
    await vi.waitFor(() => expect(shown(wrapper)).toHaveLength(4));
    const [first, second] = wrapper.findAll('tr.child');
    if (first === undefined || second === undefined) throw new Error('no rows');
    await first.trigger('keydown', { key: 'ArrowDown' });
    expect(document.activeElement).toBe(second.element);
    await second.trigger('keydown', { key: 'Enter' });
    expect(wrapper.emitted('open')).toEqual([[3]]);
    await second.trigger('keydown', { key: ' ' });
    expect(wrapper.emitted('choose')).toEqual([[3]]);
    await second.trigger('keydown', { key: 'ArrowUp' });
    expect(document.activeElement).toBe(first.element);
    wrapper.unmount();
  });

  it('marks the chosen rows, and its checkbox chooses without opening', async () => {
    const wrapper = table({ chosen: new Set([3]) });
    await vi.waitFor(() => expect(shown(wrapper)).toHaveLength(4));
    expect(wrapper.findAll('tr.child').map((row) => row.attributes('aria-selected'))).toEqual([
      'false',
      'true',
      'false',
      'false',
    ]);
    const box = wrapper.find('input[aria-label="Curves of child 2"]');
    await box.trigger('click');
    await box.trigger('change');
    expect(wrapper.emitted('choose')).toContainEqual([2]);
    expect(wrapper.emitted('open')).toBeUndefined();
    wrapper.unmount();
  });

  it('stops a child at the second press, and offers to retry failed ones only', async () => {
    const wrapper = table({ stoppable: new Set([12]), retries: true });
    await vi.waitFor(() => expect(shown(wrapper)).toHaveLength(4));
    const stop = wrapper.find('button[aria-label^="Stop child 12"]');
    await stop.trigger('click');
    expect(wrapper.emitted('stop')).toBeUndefined();
    await stop.trigger('click');
    expect(wrapper.emitted('stop')).toEqual([[12]]);
    expect(wrapper.findAll('button[aria-label^="Retry"]')).toHaveLength(1);
    await wrapper.find('button[aria-label="Retry child 2"]').trigger('click');
    expect(wrapper.emitted('retry')).toEqual([[2]]);
    expect(wrapper.emitted('open')).toBeUndefined();
    wrapper.unmount();
  });

  it('draws only the rows in view of a long run', async () => {
    const wrapper = table({ trials: Array.from({ length: 2000 }, (_, index) => trial(index + 1)) });
    await vi.waitFor(() => expect(shown(wrapper).length).toBeGreaterThan(19));
    // 640 px are 20 rows; a few more are ready below.
    expect(shown(wrapper).length).toBeLessThan(40);
    expect(shown(wrapper)[0]).toBe(2000);
    wrapper.unmount();
  });
});
