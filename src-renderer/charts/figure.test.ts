import { expect, it } from 'vitest';
import { pointsAt, stretch } from './figure';

const line = (...xs: number[]) => ({ kind: 'line' as const, points: xs.map((x) => ({ x, y: 0 })) });
const points = (...xs: number[]) => ({ kind: 'points' as const, points: xs.map((x) => ({ x, y: 0 })) });

it('the pointer finds a value of every series that has one at its x', () => {
  expect(pointsAt([line(1, 2, 3), line(1, 2, 3, 4)], 2.2, 0.1)).toEqual([1, 1]);
  expect(pointsAt([line(1, 2, 3), line(1, 2, 3, 4)], 3.8, 0.1)).toEqual([null, 3]);
});

it('of a line between whose points the place lies, it is the one before; of points none', () => {
  expect(pointsAt([line(0, 10, 20), line(4, 5, 6), points(0, 10)], 5, 0.5)).toEqual([0, 1, null]);
  expect(pointsAt([line(0, 10, 20), line(4, 8)], 8, 0.5)).toEqual([0, 1]);
});

it('there is nothing to find without points', () => {
  expect(pointsAt([line(), points()], 1, 1)).toEqual([null, null]);
});

it('an axis is a little wider than its values, and has none for what does not fit', () => {
  expect(stretch([0, 10], { label: '' }, 0.1)).toEqual({ min: -1, max: 11 });
  expect(stretch([0, 1, 100], { label: '', logarithmic: true }, 0.5)).toEqual({ min: 0.1, max: 1000 });
  expect(stretch([NaN, Infinity], { label: '' }, 0.1)).toBeNull();
  expect(stretch([5], { label: '' }, 0.1)).toEqual({ min: 4.5, max: 5.5 });
});
