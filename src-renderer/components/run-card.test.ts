// @vitest-environment happy-dom
import { mount, RouterLinkStub } from '@vue/test-utils';
import { describe, expect, it } from 'vitest';
import type { RunSummary } from '../../src-shared/run/run-summary';
import RunCard from './RunCard.vue';

const summary: RunSummary = {
  run: '20260101-images',
  folder: '/runs/20260101-images',
  name: 'Images',
  preset: 'v1',
  strategy: 'reinforce',
  state: 'running',
  message: null,
  given: null,
  children: { ended: 1200, failed: 3, reused: 0 },
  budget: { children: 12_800, hours: null, multiplyAdds: null },
  multiplyAdds: null,
  measure: 'accuracy',
  best: { number: 4, measure: 0.9312, reward: 0.8 },
  createdAt: Date.UTC(2026, 0, 1, 12),
  test: null,
  activeFor: 3 * 3_600_000,
};

const card = (changes: Partial<RunSummary> = {}, rewards: readonly (number | null)[] = []) =>
  mount(RunCard, {
    props: { summary: { ...summary, ...changes }, rewards },
    global: { stubs: { RouterLink: RouterLinkStub } },
  });

describe('the card of a run', () => {
  it('says its name, state, best figure, children of its budget and time', () => {
    const text = card().text().replace(/\s+/g, ' ');
    expect(text).toContain('Images');
    expect(text).toContain('running');
    expect(text).toMatch(/93\.12 ?% best/);
    expect(text).toMatch(/1.?200 of 12.?800 children/);
    expect(text).toContain('3 h');
    expect(text).toContain('reinforce');
  });

  it('has a dash where no child has a figure, and only the children that ended without a budget', () => {
    const text = card({ best: null, budget: { children: null, hours: 2, multiplyAdds: null } }).text();
    expect(text).toContain('–');
    expect(text).toMatch(/1.?200 children/);
    expect(text).not.toContain(' of ');
  });

  it('says what it trains where that is given, and what its best child reached on the test split', () => {
    const text = card({ given: 'child 12 of Demo', test: { number: 1, metric: 0.9123 } }).text();
    expect(text).toContain('child 12 of Demo');
    expect(text).not.toContain('reinforce');
    expect(text).toMatch(/test 91\.23 ?%/);
    expect(card({}, [0.4]).find('svg').exists()).toBe(false);
  });

  it('leads to the page of its folder', () => {
    expect(card().findComponent(RouterLinkStub).props('to')).toEqual({
      name: 'run',
      query: { folder: '/runs/20260101-images' },
    });
  });

  it('draws a dot for each known reward, and a line of the best so far that never falls', () => {
    const wrapper = card({}, [0.2, null, 0.5, 0.1]);
    expect(wrapper.findAll('circle')).toHaveLength(3);
    const heights = (wrapper.find('polyline').attributes('points') ?? '')
      .split(' ')
      .map((point) => Number(point.split(',')[1]));
    // A larger reward is further up, where y is smaller.
    expect(heights).toHaveLength(3);
    expect(heights[1]).toBeLessThan(heights[0] ?? NaN);
    expect(heights[2]).toBe(heights[1]);
  });
});
