import fc from 'fast-check';
import { expect, it } from 'vitest';
import { paretoFront } from './figures';

it('the front contains the non-dominated networks, by rising cost', () => {
  const networks = [
    { cost: 5, worth: 0.9 },
    { cost: 1, worth: 0.5 },
    { cost: 2, worth: 0.4 },
    { cost: 5, worth: 0.8 },
    { cost: 3, worth: 0.9 },
    { cost: 3, worth: 0.9 },
  ];
  expect(paretoFront(networks)).toEqual([1, 4]);
  expect(paretoFront([])).toEqual([]);
});

it('a network is on the front, or an equal one is, exactly when none dominates it', () => {
  const network = fc.record({ cost: fc.integer({ min: 0, max: 8 }), worth: fc.integer({ min: 0, max: 8 }) });
  fc.assert(
    fc.property(fc.array(network), (networks) => {
      const front = paretoFront(networks).map((index) => networks[index]);
      for (const one of networks) {
        const dominated = networks.some(
          (other) =>
            other.cost <= one.cost &&
            other.worth >= one.worth &&
            (other.cost < one.cost || other.worth > one.worth),
        );
        expect(front.some((member) => member?.cost === one.cost && member.worth === one.worth)).toBe(
          !dominated,
        );
      }
      const points = front.map((member) => `${member?.cost ?? ''} ${member?.worth ?? ''}`);
      expect(new Set(points).size).toBe(points.length);
    }),
  );
});
