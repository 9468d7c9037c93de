import { expect, it } from 'vitest';
import { stalenessOf, stalenessText } from './staleness';

it('the staleness of updates is its mean and its most, over those that have it stored', () => {
  const found = stalenessOf([3, null, 0, 6].map((staleness) => ({ staleness })));
  expect(found).toEqual({ mean: 3, most: 6 });
  expect(stalenessOf([{ staleness: null }])).toBeNull();
  expect(stalenessOf([])).toBeNull();
  expect(stalenessText({ mean: 2.94, most: 6 })).toBe('2.9 updates on average, at most 6');
});
