import { describe, expect, it } from 'vitest';
import {
  bytes,
  children,
  countOf,
  dateTime,
  duration,
  percent,
  probabilityText,
  rewardText,
  timeLeftText,
  wholeNumber,
} from './format';

const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000];

describe('values as the terminal and the window write them', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [9949, '9.9 kB'],
    [9950, '10 kB'],
    [273_600_000, '274 MB'],
    [999_400_000, '999 MB'],
    [999_600_000, '1.0 GB'],
    [3_400_000_000, '3.4 GB'],
    [5e15, '5000 TB'],
  ])('%d bytes: %s', (count, text) => {
    expect(bytes(count)).toBe(text);
  });

  it.each([
    [-5, '0 s'],
    [400, '0 s'],
    [48 * second, '48 s'],
    [99_499, '99 s'],
    [99_500, '2 min'],
    [59.6 * minute, '1 h'],
    [84 * minute, '1 h 24 min'],
    [47 * hour, '47 h'],
    [2 * day, '2 d'],
    [99.6 * hour, '4 d 4 h'],
  ])('%d milliseconds: %s', (milliseconds, text) => {
    expect(duration(milliseconds)).toBe(text);
  });

  it('the time left with its uncertainty', () => {
    expect(timeLeftText({ milliseconds: 3 * hour, uncertainty: 20 * minute })).toBe('3 h ± 20 min left');
    expect(timeLeftText({ milliseconds: 30 * second, uncertainty: 400 })).toBe('30 s left');
  });

  it('dates in order of size, in the time zone of the machine', () => {
    expect(dateTime(new Date(2031, 0, 9, 14, 5).getTime())).toBe('2031-01-09 14:05');
    expect(dateTime(new Date(2031, 10, 30, 0, 0).getTime())).toBe('2031-11-30 00:00');
  });

  it('fractions and rewards, and a dash for none', () => {
    expect([0.41324, 0, 1, null].map(percent)).toEqual(['41.32 %', '0.00 %', '100.00 %', '–']);
    expect([0.07129, null].map(rewardText)).toEqual(['0.0713', '–']);
    expect([1, 0.25, 0.0061, 3e-7, 0].map(probabilityText)).toEqual([
      '100 %',
      '25.0 %',
      '0.61 %',
      '3·10^−7',
      '0 %',
    ]);
  });

  it('counts with commas, and their nouns', () => {
    expect(wholeNumber(12_800)).toBe('12,800');
    expect([1, 2, 12_800].map(children)).toEqual(['1 child', '2 children', '12,800 children']);
    expect([1, 0].map((count) => countOf(count, 'image'))).toEqual(['1 image', '0 images']);
  });
});
