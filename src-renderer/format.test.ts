import { expect, it } from 'vitest';
import { bytes, children, countOf, duration, percent, rewardText, timeLeftText } from './format';

it('numbers are written as the pages want them', () => {
  expect(percent(0.41324)).toBe('41.32 %');
  expect(percent(null)).toBe('–');
  expect(rewardText(0.07129)).toBe('0.0713');
  expect(children(1)).toBe('1 child');
  expect(countOf(1, 'image')).toBe('1 image');
  expect(children(12800)).toBe('12,800 children');
  expect([0, 999, 1000, 274_100_000, 3_400_000_000].map(bytes)).toEqual([
    '0 B',
    '999 B',
    '1.0 kB',
    '274 MB',
    '3.4 GB',
  ]);
});

it('durations grow from seconds to days', () => {
  const minute = 60_000;
  expect([48_000, 3 * minute, 84 * minute, 120 * minute, 99 * 60 * minute].map(duration)).toEqual([
    '48 s',
    '3 m',
    '1 h 24 m',
    '2 h',
    '4 d 3 h',
  ]);
});

it('the time left is said with its doubt', () => {
  expect(timeLeftText({ milliseconds: 10_800_000, uncertainty: 1_200_000 })).toBe('3 h ± 20 m left');
  expect(timeLeftText({ milliseconds: 30_000, uncertainty: 400 })).toBe('30 s left');
});
