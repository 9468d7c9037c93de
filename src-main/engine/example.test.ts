import { expect, it } from 'vitest';
import { trainOnCircle } from '../../docs/graph-compiler-example';

it('the example of the documentation learns the circle', async () => {
  const { firstLoss, lastLoss, answer } = await trainOnCircle();
  expect(firstLoss).toBeGreaterThan(0.5);
  expect(lastLoss).toBeLessThan(0.25);
  expect(answer).toBe(1);
});

it('the example comes out the same, bit by bit, from the same seed', async () => {
  expect(await trainOnCircle(5)).toEqual(await trainOnCircle(5));
});
