import { expect, it } from 'vitest';
import { mostTrials } from '../limits';
import { extendBudget } from './changes';

const nothing = { children: 0, hours: 0, multiplyAdds: 0 };

it('more children, hours and multiply-adds come on top of the limits', () => {
  const budget = { children: 24, hours: 2, multiplyAdds: 1e12 };
  const used = { children: 10, hours: 0.5, multiplyAdds: 3e11 };
  expect(extendBudget(budget, { ...nothing, children: 8 }, used)).toEqual({ ...budget, children: 32 });
  expect(extendBudget(budget, { ...nothing, hours: 1 }, used)).toEqual({ ...budget, hours: 3 });
  expect(extendBudget(budget, { ...nothing, multiplyAdds: 5e11 }, used)).toEqual({
    ...budget,
    multiplyAdds: 1.5e12,
  });
});

it('children come to no more than a run can have', () => {
  const budget = { children: mostTrials - 3, hours: null, multiplyAdds: null };
  const extended = extendBudget(budget, { ...nothing, children: 8 }, { ...nothing, children: 10 });
  expect(extended.children).toBe(mostTrials);
});

it('a limit that is used up and not extended is lifted, one that there is not stays away', () => {
  const budget = { children: 24, hours: 2, multiplyAdds: null };
  const used = { children: 24, hours: 2.1, multiplyAdds: 3e11 };
  expect(extendBudget(budget, { ...nothing, children: 8 }, used)).toEqual({
    children: 32,
    hours: null,
    multiplyAdds: null,
  });
  expect(extendBudget({ ...budget, multiplyAdds: 2e11 }, { ...nothing, hours: 1 }, used)).toEqual({
    children: null,
    hours: 3.1,
    multiplyAdds: null,
  });
  expect(extendBudget({ ...budget, children: null }, { ...nothing, children: 8 }, used)).toEqual({
    children: null,
    hours: null,
    multiplyAdds: null,
  });
});
