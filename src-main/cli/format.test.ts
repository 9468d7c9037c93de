import { expect, it } from 'vitest';
import { bytes, children, duration, percent, rewardText } from './format';

it('says durations in at most two units', () => {
  const minute = 60_000;
  expect([0, 400, 99_499, 99_500].map(duration)).toEqual(['0 s', '0 s', '99 s', '2 min']);
  expect([59.6 * minute, 125 * minute, 47 * 60 * minute].map(duration)).toEqual(['1 h', '2 h 5 min', '47 h']);
  expect([48 * 60 * minute, 99.6 * 60 * minute].map(duration)).toEqual(['2 d', '4 d 4 h']);
  expect(duration(-5)).toBe('0 s');
});

it('says sizes, shares and rewards, and a dash for what there is not', () => {
  expect([0, 999, 9949, 273_600_000, 999_600_000].map(bytes)).toEqual([
    '0 B',
    '999 B',
    '9.9 kB',
    '274 MB',
    '1.0 GB',
  ]);
  expect([percent(0.4126), percent(null), rewardText(0.0711), rewardText(null)]).toEqual([
    '41.3 %',
    '–',
    '0.071',
    '–',
  ]);
  expect([children(1), children(2)]).toEqual(['1 child', '2 children']);
});
