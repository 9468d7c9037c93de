import { expect, it } from 'vitest';
import { createGate } from './search-state';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('a gate admits one for each place, in order, also when places come and go', async () => {
  let places = 1;
  const gate = createGate(() => places);
  const through: number[] = [];
  const leave: (() => void)[] = [];
  const enter = (number: number): void =>
    void gate.enter().then((out) => {
      through.push(number);
      leave.push(out);
    });
  [1, 2, 3, 4, 5].forEach(enter);
  await turn();
  expect(through).toEqual([1]);
  places = 3;
  gate.refresh();
  await turn();
  expect(through).toEqual([1, 2, 3]);
  // Two of three places are gone: the next one enters when two of those within have left.
  places = 2;
  leave[0]?.();
  leave[0]?.();
  await turn();
  expect(through).toEqual([1, 2, 3]);
  leave[1]?.();
  await turn();
  expect(through).toEqual([1, 2, 3, 4]);
});
