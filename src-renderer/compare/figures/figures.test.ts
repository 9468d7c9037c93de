import fc from 'fast-check';
import { expect, it } from 'vitest';
import { advantage, changesOf } from './top-figures';

it('an advantage is the difference of what both had reached, from where both have begun to where one ends', () => {
  const ours = [
    { x: 1, y: 10 },
    { x: 3, y: 20 },
    { x: 6, y: 30 },
  ];
  const theirs = [
    { x: 2, y: 12 },
    { x: 4, y: 15 },
    { x: 9, y: 40 },
  ];
  const expected = [
    { x: 2, y: -2 },
    { x: 3, y: 8 },
    { x: 4, y: 5 },
    { x: 6, y: 15 },
  ];
  expect(advantage(ours, theirs, false)).toEqual(expected);
  expect(advantage(ours, theirs, true)).toEqual(expected.map(({ x, y }) => ({ x, y: -y })));
  expect(advantage(ours, [], false)).toEqual([]);
});

it('a curve reduced to its changes equals the full one everywhere', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1 }), (values) => {
      const points = values.map((y, x) => ({ x, y }));
      const changes = changesOf(points);
      for (const { x, y } of points) expect(changes.findLast((change) => change.x <= x)?.y).toBe(y);
      expect(changes.at(-1)?.x).toBe(values.length - 1);
    }),
  );
});
