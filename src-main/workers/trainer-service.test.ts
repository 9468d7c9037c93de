import { expect, it } from 'vitest';
import { createHold } from './trainer-service';

it('a held child continues when released, and its clock excludes the hold', async () => {
  let time = 100;
  const hold = createHold(() => time);
  const steps: number[] = [];
  hold.hold();
  hold.hold();
  const child = (async () => {
    await hold.turn();
    steps.push(hold.now());
    await hold.turn();
    steps.push(hold.now());
  })();
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
  expect(steps).toEqual([]);
  time = 5000;
  hold.release();
  await child;
  expect(steps).toEqual([100, 100]);
  time = 5003;
  expect(hold.now()).toBe(103);
});

it('a child that is not held only lets others have their turn', async () => {
  const hold = createHold();
  hold.release();
  let others = 0;
  setImmediate(() => (others += 1));
  await hold.turn();
  expect(others).toBe(1);
});
