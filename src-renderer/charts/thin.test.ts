import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Point } from './figure';
import { thinned, type Place } from './thin';

const place: Place = { shown: null, width: 40, height: 30, x: { label: 'x' }, y: { label: 'y' } };
const many = fc
  .array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 200, maxLength: 600 })
  .map((values) => values.map((y, x): Point => ({ x, y })));

it('a thinned line goes as high and as low within two pixels of every point as that point', () => {
  fc.assert(
    fc.property(many, (points) => {
      const kept = thinned({ kind: 'line', points }, place);
      expect(kept.length).toBeLessThanOrEqual(4 * (place.width / 2 + 1));
      const set = new Set(kept);
      expect(points.filter((point) => set.has(point))).toEqual(kept);
      expect([kept[0], kept.at(-1)]).toEqual([points[0], points.at(-1)]);
      const reach = (2.001 * (points.length - 1)) / place.width;
      for (const { x, y } of points) {
        const near = kept.filter((drawn) => Math.abs(drawn.x - x) <= reach).map((drawn) => drawn.y);
        expect(Math.max(...near)).toBeGreaterThanOrEqual(y);
        expect(Math.min(...near)).toBeLessThanOrEqual(y);
      }
    }),
    { numRuns: 30 },
  );
});

it('every skipped point lies within three pixels of one that is drawn', () => {
  fc.assert(
    fc.property(many, (points) => {
      const kept = thinned({ kind: 'points', points }, place);
      const ys = points.map(({ y }) => y);
      const [wide, high] = [points.length - 1, Math.max(...ys) - Math.min(...ys)];
      fc.pre(high > 0);
      for (const { x, y } of points) {
        const distances = kept.map((drawn) =>
          Math.hypot(((drawn.x - x) / wide) * place.width, ((drawn.y - y) / high) * place.height),
        );
        expect(Math.min(...distances)).toBeLessThan(3);
      }
    }),
    { numRuns: 20 },
  );
});

it('a stretch of x has its own points and one beyond either end; few points stay as they are', () => {
  const points = Array.from({ length: 500 }, (_, x): Point => ({ x, y: Math.sin(x) }));
  const shown = { min: 99.5, max: 110 };
  expect(thinned({ kind: 'line', points }, { ...place, shown }).map(({ x }) => x)).toEqual(
    Array.from({ length: 13 }, (_, index) => 99 + index),
  );
  const few = points.slice(0, 40);
  expect(thinned({ kind: 'points', points: few }, place)).toBe(few);
});
