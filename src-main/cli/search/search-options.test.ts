import { describe, expect, it } from 'vitest';
import { configOf, resumeChanges, type SearchOptions } from './search-options';

function options(changes: Partial<SearchOptions> = {}): SearchOptions {
  return {
    set: [],
    skipUnreadable: false,
    json: false,
    estimate: false,
    measureAgain: false,
    ...changes,
  };
}

describe('the options of a search', () => {
  it('set the values that they name, also in the budget and the trainers', () => {
    const set = ['trainers.retries=7', 'trainers.device=cpu', 'budget.hours=null'];
    const { trainers, budget } = configOf(options({ set, trainers: 3, children: 5 }));
    expect(trainers).toMatchObject({ retries: 7, device: 'cpu', count: 3 });
    expect(budget).toMatchObject({ hours: null, children: 5 });
  });

  it('that are named take precedence over --set', () => {
    expect(configOf(options({ set: ['trainers.count=2'], trainers: 3 })).trainers.count).toBe(3);
  });

  it('change a resumed run in the same way', () => {
    const config = configOf(options());
    const changed = resumeChanges(config, options({ set: ['trainers.retries=7'], hours: 2 }));
    expect(changed.trainers).toEqual({ ...config.trainers, retries: 7 });
    expect(changed.budget).toEqual({ ...config.budget, hours: 2 });
  });
});
