import { expect, it } from 'vitest';
import { extendBudget } from './extend-budget';

it('more children and hours come on top of the limits', () => {
  const budget = { children: 24, hours: 2 };
  expect(extendBudget(budget, { children: 8, hours: 0 }, { children: 10, hours: 0.5 })).toEqual({
    children: 32,
    hours: 2,
  });
  expect(extendBudget(budget, { children: 0, hours: 1 }, { children: 10, hours: 0.5 })).toEqual({
    children: 24,
    hours: 3,
  });
});

it('a limit that is used up and not extended is lifted, one that there is not stays away', () => {
  const budget = { children: 24, hours: 2 };
  const used = { children: 24, hours: 2.1 };
  expect(extendBudget(budget, { children: 8, hours: 0 }, used)).toEqual({ children: 32, hours: null });
  expect(extendBudget(budget, { children: 0, hours: 1 }, used)).toEqual({ children: null, hours: 3.1 });
  expect(extendBudget({ children: null, hours: 2 }, { children: 8, hours: 1 }, used)).toEqual({
    children: null,
    hours: 3.1,
  });
});
